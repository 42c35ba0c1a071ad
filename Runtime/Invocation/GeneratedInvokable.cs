using System.Reflection;
using System.Text;
using Orleans.CodeGeneration;
using Orleans.Runtime;
using Orleans.Serialization.Copying;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Invocation;

/// <summary>
/// Base of the classes that are made for grain methods: one call with its arguments in typed fields. See <see cref="InvokableBuilder"/>.
/// </summary>
/// <remarks>
/// Calls are not pooled. One is made on the thread of a caller or of a connection and let go of on that of a grain, so a pool per
/// thread would be empty here and full there, a shared one costs as much as the few dozen bytes it saves; and an object that is
/// never used twice cannot be used too late.
/// </remarks>
internal abstract class GeneratedInvokable : IRequest
{
    private InvokeMethodOptions _added;

    public abstract RemoteMethod Method { get; }

    public InvokeMethodOptions Options => Method.Options | _added;

    public bool IsCancellable => Method.IsCancellable;

    public void AddInvokeMethodOptions(InvokeMethodOptions options) => _added |= options;

    public abstract ValueTask<Response> Invoke();

    public abstract object? GetTarget();

    public abstract void SetTarget(ITargetHolder holder);

    public abstract object? GetArgument(int index);

    public abstract void SetArgument(int index, object value);

    /// <summary>The arguments as tagged fields numbered by position, and the end.</summary>
    public abstract void WriteArguments(ref BodyWriter writer);

    /// <summary>Arguments that do not come keep their defaults, those that are too many are skipped.</summary>
    public abstract void ReadArguments(ref BodyReader reader);

    public abstract GeneratedInvokable CopyArguments(CopyContext context);

    public virtual CancellationToken GetCancellationToken() => default;

    // A token does not leave the process (see CancellationTokenCodec), so there is nothing that a callee could be told.
    public bool TryCancel() => false;

    public int GetArgumentCount() => Method.ArgumentTypes.Count;

    public string GetMethodName() => Method.Info.Name;

    public string GetInterfaceName() => Method.InterfaceName;

    public string GetActivityName() => Method.ActivityName;

    public MethodInfo GetMethod() => Method.Info;

    public Type GetInterfaceType() => Method.InterfaceType;

    public TimeSpan? GetDefaultResponseTimeout() => Method.ResponseTimeout;

    public void Dispose()
    {
    }

    /// <summary>The call without its arguments, which may be secret and are often long.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Method.ActivityName).Append('(');
        text.AppendJoin(", ", Method.ArgumentTypes.Select(static type => type.Name));
        return text.Append(')').ToString();
    }

    protected static ArgumentOutOfRangeException NoSuchArgument(int index) =>
        new(nameof(index), index, "The method does not have that many arguments.");
}
