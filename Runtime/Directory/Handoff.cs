namespace Orleans.Runtime.GrainDirectory;

/// <summary>
/// After a change of the ring a silo keeps grains that others kept before. Until every living silo has told it which of those it
/// hosts, it must not answer "not active anywhere", or the grain would be activated twice.
/// </summary>
internal sealed class Handoff
{
    private readonly Lock _gate = new();
    private readonly HashSet<SiloAddress> _waitingFor;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Handoff(ClusterView view, IEnumerable<SiloAddress> others)
    {
        View = view;
        _waitingFor = [.. others];
        CompleteIfReady();
    }

    public ClusterView View { get; }

    public Task Done => _done.Task;

    public void Heard(SiloAddress silo)
    {
        lock (_gate)
        {
            _waitingFor.Remove(silo);
        }

        CompleteIfReady();
    }

    public void GiveUp() => _done.TrySetResult();

    private void CompleteIfReady()
    {
        lock (_gate)
        {
            if (_waitingFor.Count > 0)
            {
                return;
            }
        }

        _done.TrySetResult();
    }
}
