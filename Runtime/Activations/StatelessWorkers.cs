namespace Orleans.Runtime;

/// <summary>The local activations of one stateless worker grain: an idle one takes the request, else a new one, else the least loaded.</summary>
internal sealed class StatelessWorkers(GrainId id, GrainClass grainClass, Catalog catalog)
{
    private readonly Lock _gate = new();
    private readonly List<Activation> _workers = [];
    private bool _isClosed;

    public GrainId Id => id;

    public IReadOnlyList<Activation> Workers
    {
        get
        {
            lock (_gate)
            {
                return [.. _workers];
            }
        }
    }

    /// <summary>False when the last worker has just gone: ask for these workers anew.</summary>
    public bool TryReceive(Turn turn)
    {
        Activation chosen;
        lock (_gate)
        {
            if (_isClosed)
            {
                return false;
            }

            chosen = Choose();
        }

        chosen.Receive(turn);
        return true;
    }

    public void Remove(Activation worker)
    {
        lock (_gate)
        {
            _workers.Remove(worker);
            if (_workers.Count > 0)
            {
                return;
            }

            _isClosed = true;
        }

        catalog.RemoveWorkers(this);
    }

    private Activation Choose()
    {
        Activation? least = null;
        foreach (var worker in _workers)
        {
            if (worker.State > ActivationState.Valid)
            {
                continue;
            }

            var load = worker.Load;
            if (load == 0)
            {
                return worker;
            }

            least = least is null || load < least.Load ? worker : least;
        }

        if (least is not null && _workers.Count >= grainClass.StatelessWorker!.MaxLocal)
        {
            return least;
        }

        var created = new Activation(catalog.Services, grainClass, id) { Workers = this };
        _workers.Add(created);
        created.Activate(null);
        return created;
    }
}
