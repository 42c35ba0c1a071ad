using Orleans.Kv.Interfaces.Keys;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Tests.Store.Clusters;

/// <summary>Holds back the answer to one operation inside the silo that carried it out.</summary>
public sealed class AnswerGate
{
    private readonly TaskCompletionSource<OperationReply> _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _number = -1;

    /// <summary>The answer that was held back.</summary>
    public Task<OperationReply> Held => _held.Task;

    public void Arm(long number) => Interlocked.Exchange(ref _number, number);

    public void Release() => _released.TrySetResult();

    public async Task Hold(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        if (context.InterfaceMethod?.DeclaringType != typeof(IKeyGrain) || context.Request.GetArgument(0) is not OperationRequest request) return;
        if (request.Number != Interlocked.Read(ref _number) || context.Result is not OperationReply reply) return;
        _held.TrySetResult(reply);
        await _released.Task;
    }
}
