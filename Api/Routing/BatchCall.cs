using Orleans.Kv.Interfaces.Coordination;

namespace Orleans.Kv.Api.Routing;

/// <summary>One call to one silo with the first attempt of several operations.</summary>
internal sealed class BatchCall(int coordinator)
{
    public int Coordinator { get; } = coordinator;

    public List<BatchTurn> Turns { get; } = [];

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>The operations in the call's order, once they are enlisted.</summary>
    public List<PendingOperation> Operations { get; } = [];

    /// <summary>The answer, or null where the call broke. Never fails.</summary>
    public Task<BatchReply?> Answer { get; set; } = Task.FromResult<BatchReply?>(null);

    /// <summary>Ends with the answer, or when it has been waited for long enough.</summary>
    public Task Patience { get; set; } = Task.CompletedTask;

    public void Add(BatchTurn turn, int count, long bytes)
    {
        turn.Join(this, Count, count);
        Turns.Add(turn);
        Count += count;
        Bytes += bytes;
    }
}
