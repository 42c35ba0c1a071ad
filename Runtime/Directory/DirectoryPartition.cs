namespace Orleans.Runtime.GrainDirectory;

/// <summary>This silo's part of the directory. The first to register a grain wins, for as long as its silo lives.</summary>
internal sealed class DirectoryPartition
{
    private readonly Lock _gate = new();
    private readonly Dictionary<GrainId, GrainAddress> _entries = [];

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    public GrainAddress? Find(GrainId id)
    {
        lock (_gate)
        {
            return _entries.GetValueOrDefault(id);
        }
    }

    /// <summary>The address that is registered now: the given one, or one that was there before.</summary>
    public GrainAddress Register(GrainAddress address, ClusterView view)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(address.GrainId, out var existing) && !view.IsDead(existing.SiloAddress!))
            {
                return existing;
            }

            _entries[address.GrainId] = address;
            return address;
        }
    }

    public void Unregister(GrainAddress address)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(address.GrainId, out var existing) && existing.ActivationId.Equals(address.ActivationId))
            {
                _entries.Remove(address.GrainId);
            }
        }
    }

    /// <summary>Forgets activations on dead silos, and grains that others keep from now on.</summary>
    public void Clean(ClusterView view, SiloAddress self)
    {
        lock (_gate)
        {
            foreach (var (id, address) in _entries)
            {
                if (view.IsDead(address.SiloAddress!) || (view.OwnerOf(id) is { } owner && !owner.Equals(self)))
                {
                    _entries.Remove(id);
                }
            }
        }
    }
}
