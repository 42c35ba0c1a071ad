using System.Buffers.Binary;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Orleans.CodeGeneration;
using Orleans.Concurrency;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.Types;

namespace Orleans.Serialization.Invocation;

/// <summary>A method that can be called from another process: how the wire knows it, and what its attributes say of its calls.</summary>
/// <remarks>
/// On the wire a method is a hash of its interface's name and of its own <see cref="AliasAttribute"/> or <see cref="IdAttribute"/>, or
/// else of its name and parameter types. So methods may be added and moved about without a build that lacks them noticing.
/// </remarks>
internal sealed class RemoteMethod
{
    private readonly Lazy<Func<GeneratedInvokable>> _activator;
    private readonly Lazy<ResultReader> _resultReader;
    private readonly Lazy<bool> _isShallow;

    private RemoteMethod(Type interfaceType, MethodInfo info)
    {
        InterfaceType = interfaceType;
        Info = info;
        InterfaceName = TypeNames.Format(interfaceType);
        ActivityName = $"{interfaceType.Name}/{info.Name}";
        ArgumentTypes = [.. info.GetParameters().Select(static parameter => parameter.ParameterType)];
        IsCancellable = ArgumentTypes.Contains(typeof(CancellationToken));
        ResultType = ResultTypeOf(info.ReturnType);
        Options = OptionsOf(info);
        ResponseTimeout = info.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;
        Id = Hash($"{InterfaceName}.{KeyOf(info)}");
        _activator = new Lazy<Func<GeneratedInvokable>>(() => InvokableBuilder.Build(this));
        _isShallow = new Lazy<bool>(() => Array.TrueForAll(
            info.GetParameters(),
            static parameter => parameter.IsDefined(typeof(ImmutableAttribute)) || CodecFactory.Get(parameter.ParameterType).IsShallow));
        _resultReader = new Lazy<ResultReader>(() => ResultReader.For(ResultType));
    }

    public Type InterfaceType { get; }

    public MethodInfo Info { get; }

    public string InterfaceName { get; }

    public string ActivityName { get; }

    public IReadOnlyList<Type> ArgumentTypes { get; }

    public bool IsCancellable { get; }

    /// <summary>The type of the result, or null where the method has none.</summary>
    public Type? ResultType { get; }

    public InvokeMethodOptions Options { get; }

    public TimeSpan? ResponseTimeout { get; }

    public ulong Id { get; }

    /// <summary>Whether a callee in the process may have the call itself and not a copy: nothing in its arguments can change.</summary>
    public bool IsShallow => _isShallow.Value;

    public ResultReader ResultReader => _resultReader.Value;

    /// <summary>Throws <see cref="NotSupportedException"/> naming the method when it cannot be called remotely.</summary>
    public static RemoteMethod From(Type interfaceType, MethodInfo info)
    {
        if (WhyNot(info) is { } reason) throw new NotSupportedException($"{interfaceType}.{info.Name} cannot be called remotely: {reason}.");
        return new RemoteMethod(interfaceType, info);
    }

    /// <summary>Why a method cannot be called remotely, or null when it can.</summary>
    public static string? WhyNot(MethodInfo info)
    {
        if (info.IsSpecialName) return "properties and events cannot, methods can";
        if (info.IsGenericMethodDefinition) return "it is generic";
        var parameters = info.GetParameters();
        if (Array.Exists(parameters, static parameter => parameter.ParameterType.IsByRef)) return "it has an argument by reference";
        if (Array.Exists(parameters, static parameter => parameter.ParameterType.IsByRefLike)) return "it has an argument that lives on the stack";
        var result = info.ReturnType;
        if (result == typeof(void) || result == typeof(Task) || result == typeof(ValueTask)) return null;
        return ResultTypeOf(result) is null ? $"it returns {result} and not a task" : null;
    }

    public GeneratedInvokable CreateInvokable() => _activator.Value();

    public Type InvokableType => CreateInvokable().GetType();

    private static Type? ResultTypeOf(Type type)
    {
        if (!type.IsConstructedGenericType) return null;
        var definition = type.GetGenericTypeDefinition();
        return definition == typeof(Task<>) || definition == typeof(ValueTask<>) ? type.GetGenericArguments()[0] : null;
    }

    private static InvokeMethodOptions OptionsOf(MethodInfo info)
    {
        var options = InvokeMethodOptions.None;
        // A method without a result to wait for, such as an observer's, cannot be anything else.
        if (info.ReturnType == typeof(void) || info.IsDefined(typeof(OneWayAttribute))) options |= InvokeMethodOptions.OneWay;
        if (info.IsDefined(typeof(ReadOnlyAttribute))) options |= InvokeMethodOptions.ReadOnly;
        if (info.IsDefined(typeof(AlwaysInterleaveAttribute))) options |= InvokeMethodOptions.AlwaysInterleave;
        return options;
    }

    private static string KeyOf(MethodInfo info)
    {
        if (info.GetCustomAttribute<AliasAttribute>() is { } alias) return alias.Alias;
        if (info.GetCustomAttribute<IdAttribute>() is { } id) return $"#{id.Id}";
        return $"{info.Name}({string.Join(',', info.GetParameters().Select(static parameter => TypeNames.Format(parameter.ParameterType)))})";
    }

    private static ulong Hash(string name) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
