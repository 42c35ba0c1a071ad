namespace Orleans.Runtime;

/// <summary>Local activations, as many as are busy.</summary>
internal sealed class StatelessWorkerPlacement : PlacementStrategy
{
    public StatelessWorkerPlacement(int maxLocal, bool removeIdleWorkers = true)
    {
        MaxLocal = maxLocal > 0 ? maxLocal : Environment.ProcessorCount;
        RemoveIdleWorkers = removeIdleWorkers;
    }

    public override bool IsUsingGrainDirectory => false;

    public int MaxLocal { get; }

    public bool RemoveIdleWorkers { get; }
}
