using System.Reflection;

namespace Orleans.Serialization.Invocation;

/// <summary>One call of one method: its arguments, and on the callee's side its target.</summary>
public interface IInvokable : IDisposable
{
    bool IsCancellable { get; }

    object? GetTarget();

    void SetTarget(ITargetHolder holder);

    /// <summary>Calls the method. Never throws: what the method throws is in the response.</summary>
    ValueTask<Response> Invoke();

    int GetArgumentCount();

    object? GetArgument(int index);

    void SetArgument(int index, object value);

    string GetMethodName();

    string GetInterfaceName();

    string GetActivityName();

    MethodInfo GetMethod();

    Type GetInterfaceType();

    TimeSpan? GetDefaultResponseTimeout();

    CancellationToken GetCancellationToken();

    bool TryCancel();
}
