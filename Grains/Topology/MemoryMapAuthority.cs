using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Grains.Topology;

/// <summary>The map authority of silos that share one process. It dies with the process, as everything they hold does.</summary>
public sealed class MemoryMapAuthority : IMapAuthority
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, NodeRecord> _nodes = new(StringComparer.Ordinal);
    private ReadOnlyMemory<byte> _map;
    private long _epoch;

    /// <inheritdoc/>
    public ValueTask<AuthorityView> Read(CancellationToken cancellation)
    {
        lock (_gate) return ValueTask.FromResult(new AuthorityView(_epoch, _map, [.. _nodes.Values]));
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryInstall(
        ReadOnlyMemory<byte> map, long epoch, long expected, IReadOnlyCollection<string> stores, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(stores);
        if (epoch <= expected) throw new ArgumentException($"Epoch {epoch} does not follow epoch {expected}.", nameof(epoch));
        lock (_gate)
        {
            if (_epoch != expected) return ValueTask.FromResult(false);
            _map = map.ToArray();
            _epoch = epoch;
            foreach (var (name, node) in _nodes)
            {
                if (stores.Contains(node.Store)) _nodes[name] = node with { WasMember = true };
            }

            return ValueTask.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public ValueTask Register(NodeRecord node, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(node);
        lock (_gate)
        {
            var wasMember = _nodes.TryGetValue(node.Name, out var current) && current.WasMember && current.Store == node.Store;
            _nodes[node.Name] = node with { WasMember = node.WasMember || wasMember };
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<bool> SetDraining(string name, string store, bool draining, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(name, out var node) || node.Store != store) return ValueTask.FromResult(false);
            _nodes[name] = node with { Draining = draining };
            return ValueTask.FromResult(true);
        }
    }
}
