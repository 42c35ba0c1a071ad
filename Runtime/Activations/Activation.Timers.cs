namespace Orleans.Runtime;

// Timers end with their activation.
internal sealed partial class Activation
{
    private readonly Lock _timersGate = new();
    private HashSet<GrainTimer>? _timers;

    public void Add(GrainTimer timer)
    {
        lock (_timersGate)
        {
            (_timers ??= []).Add(timer);
        }
    }

    public void Remove(GrainTimer timer)
    {
        lock (_timersGate)
        {
            _timers?.Remove(timer);
        }
    }

    /// <summary>The silo ends without a good-bye.</summary>
    public void Abandon() => StopTimers();

    private void StopTimers()
    {
        GrainTimer[] timers;
        lock (_timersGate)
        {
            timers = _timers is null ? [] : [.. _timers];
        }

        foreach (var timer in timers)
        {
            timer.Dispose();
        }
    }
}
