using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime.GrainDirectory;

/// <summary>
/// Where grains were last seen. Bounded: when the young half is full the old half is dropped, and what is used moves back to the
/// young one, so that it forgets what was not used for long.
/// </summary>
internal sealed class LocationCache
{
    /// <summary>Entries in each half: some 25 MB at most in both.</summary>
    private const int HalfSize = 100_000;

    private readonly Lock _gate = new();
    private ConcurrentDictionary<GrainId, SiloAddress> _young = new();
    private ConcurrentDictionary<GrainId, SiloAddress> _old = new();
    private int _count;

    public bool TryGet(GrainId id, [NotNullWhen(true)] out SiloAddress? silo)
    {
        if (_young.TryGetValue(id, out silo))
        {
            return true;
        }

        if (_old.TryGetValue(id, out silo))
        {
            Set(id, silo);
            return true;
        }

        return false;
    }

    public void Set(GrainId id, SiloAddress silo)
    {
        var young = _young;
        if (young.TryAdd(id, silo))
        {
            if (Interlocked.Increment(ref _count) > HalfSize)
            {
                Age(young);
            }
        }
        else
        {
            young[id] = silo;
        }
    }

    public void Remove(GrainId id)
    {
        if (_young.TryRemove(id, out _))
        {
            Interlocked.Decrement(ref _count);
        }

        _old.TryRemove(id, out _);
    }

    public void RemoveSilo(SiloAddress silo)
    {
        foreach (var (id, host) in _young.Concat(_old))
        {
            if (host.Equals(silo))
            {
                Remove(id);
            }
        }
    }

    private void Age(ConcurrentDictionary<GrainId, SiloAddress> full)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_young, full))
            {
                _old = full;
                _young = new();
                Interlocked.Exchange(ref _count, 0);
            }
        }
    }
}
