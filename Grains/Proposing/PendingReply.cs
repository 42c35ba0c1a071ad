using System.Diagnostics;
using System.Threading.Tasks.Sources;
using Orleans.Kv.Grains.Monitoring;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Grains.Proposing;

/// <summary>
/// The answer somebody waits for, completed by a proposer on its grain's scheduler. Written by hand and pooled because the stock source
/// posts the continuation to the scheduler once more although it is running there already: one work item more for every operation.
/// </summary>
/// <remarks>
/// Everything here happens on one scheduler, one step at a time: <see cref="Complete"/>, the caller's await and
/// <see cref="GetResult"/> never overlap.
/// </remarks>
internal sealed class PendingReply(Stack<PendingReply> pool) : IValueTaskSource<OperationReply>
{
    // More than a burst on one key needs; what a larger burst allocated is garbage afterwards, not a leak.
    private const int PoolLimit = 64;

    private Action<object?>? _continuation;
    private object? _state;
    private OperationReply? _reply;
    private short _token;

    public ValueTask<OperationReply> Task => new(this, _token);

    /// <summary>Ends with the answer, before whoever waits for it goes on.</summary>
    public OperationTimer Timer { get; set; }

    /// <summary>The operation, where it is part of a trace.</summary>
    public Activity? Trace { get; set; }

    public static PendingReply Rent(Stack<PendingReply> pool) => pool.TryPop(out var free) ? free : new PendingReply(pool);

    public void Complete(OperationReply reply)
    {
        if (_reply is not null) throw new InvalidOperationException("An operation was answered twice.");
        _reply = reply;
        Timer.End(reply.Status);
        _continuation?.Invoke(_state);
    }

    public OperationReply GetResult(short token)
    {
        if (token != _token) throw new InvalidOperationException("The reply was taken already.");
        var reply = _reply ?? throw new InvalidOperationException("The operation is not answered yet.");
        _continuation = null;
        _state = null;
        _reply = null;
        Trace = null;
        Timer = default;
        _token++;
        if (pool.Count < PoolLimit) pool.Push(this);
        return reply;
    }

    public ValueTaskSourceStatus GetStatus(short token)
    {
        if (token != _token) throw new InvalidOperationException("The reply was taken already.");
        return _reply is null ? ValueTaskSourceStatus.Pending : ValueTaskSourceStatus.Succeeded;
    }

    // The flags ask for the scheduler the caller awaits on; that is the one Complete runs on.
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        if (token != _token) throw new InvalidOperationException("The reply was taken already.");
        _state = state;
        _continuation = continuation;
        if (_reply is not null) continuation(state);
    }
}
