using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Pending;

/// <summary>What one pass of the merger has achieved. Called on any thread; read when all are done.</summary>
internal sealed class MergeTally
{
    private readonly Lock _gate = new();
    private readonly List<PendingWrite> _merged = [];

    public IReadOnlyCollection<PendingWrite> Merged => _merged;

    public int Won { get; private set; }

    public int Lost { get; private set; }

    public int Known { get; private set; }

    /// <summary>Put off because the key has too many conflicts.</summary>
    public int Full { get; private set; }

    public void OnMerged(PendingWrite write, Outcome.Merged outcome)
    {
        lock (_gate)
        {
            _merged.Add(write);
            if (outcome.AlreadyDone) Known++;
            else if (outcome.Won) Won++;
            else Lost++;
        }
    }

    public void OnPutOff(bool isFull)
    {
        if (!isFull) return;
        lock (_gate) Full++;
    }
}
