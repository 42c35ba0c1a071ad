using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime.Messaging;

/// <summary>What this process answers for under a fixed id: grain services and observers.</summary>
internal sealed class LocalTargets
{
    private readonly ConcurrentDictionary<GrainId, IGrainContext> _targets = new();
    private readonly ConcurrentDictionary<IdSpan, SiloAddress> _silos = new();

    public void Add(GrainId id, IGrainContext target)
    {
        if (!_targets.TryAdd(id, target))
        {
            throw new InvalidOperationException($"'{id}' is registered already.");
        }
    }

    public void Remove(GrainId id) => _targets.TryRemove(id, out _);

    public bool TryGet(GrainId id, [NotNullWhen(true)] out IGrainContext? target) => _targets.TryGetValue(id, out target);

    /// <summary>The silo that a system target's id names.</summary>
    public SiloAddress SiloOf(GrainId id)
    {
        if (_silos.TryGetValue(id.Key, out var known))
        {
            return known;
        }

        if (!SystemTargetGrainId.TryParse(id, out var parsed))
        {
            throw new OrleansMessageRejectionException($"'{id}' names no silo.");
        }

        var silo = parsed.GetSiloAddress();
        if (_silos.Count >= 1024)
        {
            _silos.Clear();
        }

        return _silos.GetOrAdd(id.Key, silo);
    }
}
