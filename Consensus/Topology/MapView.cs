using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>The nodes of a map as they are registered: who is alive, who is lost for ever, who is due to join or to leave.</summary>
internal sealed class MapView
{
    private readonly ClusterMap _map;
    private readonly MapPlannerOptions _options;
    private readonly Dictionary<string, PlannedNode> _registered = new(StringComparer.Ordinal);

    public MapView(ClusterMap map, IReadOnlyCollection<PlannedNode> nodes, MapPlannerOptions options)
    {
        _map = map;
        _options = options;
        foreach (var node in nodes)
        {
            if (!_registered.TryAdd(node.Node.Name, node))
                throw new ArgumentException($"two nodes are named {node.Node.Name}", nameof(nodes));
        }

        Members = [.. map.Generations.SelectMany(static generation => generation.Nodes.Except(generation.Lost)).Distinct().Order()];
        Joining = [.. nodes.Where(MayJoin).Select(static node => node.Node).Order()];
        Draining = [.. map.Newest.Nodes.Where(IsDraining)];
    }

    /// <summary>Every node that some generation has and has not lost.</summary>
    public ImmutableArray<NodeId> Members { get; }

    /// <summary>Alive outside of the newest generation, and free to join it.</summary>
    public ImmutableArray<NodeId> Joining { get; }

    /// <summary>Nodes of the newest generation that an operator drains.</summary>
    public ImmutableArray<NodeId> Draining { get; }

    /// <summary>When the next dead node of the newest generation will have been dead for long enough; null for none.</summary>
    public TimeSpan? NextDeath
    {
        get
        {
            TimeSpan? next = null;
            foreach (var node in _map.Newest.Nodes)
            {
                var rest = IsAlive(node) ? TimeSpan.Zero : RestOfGrace(node);
                if (rest > TimeSpan.Zero && (next is null || rest < next))
                    next = rest;
            }

            return next;
        }
    }

    public bool IsAlive(NodeId node) => TryFind(node, out var found) && found.IsAlive;

    public bool IsDraining(NodeId node) => TryFind(node, out var found) && found.IsDraining;

    /// <summary>
    /// Its store is taken for gone: it was in memory and its process is dead as far as membership knows, or its name stands for another store. A node without any record may be
    /// gone or not.
    /// </summary>
    public bool IsLost(NodeId node) =>
        _registered.TryGetValue(node.Name, out var found) && (found.Node != node || found is { IsAlive: false, IsDurable: false });

    /// <summary>Its name stands for another store: whoever had the former one has ended, or has wiped it.</summary>
    public bool IsReplaced(NodeId node) => _registered.TryGetValue(node.Name, out var found) && found.Node != node;

    /// <summary>Dead for the grace period, or replaced, or unknown.</summary>
    public bool MustLeave(NodeId node) => !IsAlive(node) && RestOfGrace(node) == TimeSpan.Zero;

    /// <summary>How much longer a dead node is waited for.</summary>
    public TimeSpan RestOfGrace(NodeId node)
    {
        if (!TryFind(node, out var found))
            return TimeSpan.Zero;
        var rest = (found.IsDurable ? _options.DurableGrace : _options.Grace) - found.DeadFor;
        return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }

    /// <summary>What is due, in words.</summary>
    public string Describe(IReadOnlyCollection<NodeId> leaving)
    {
        var parts = new List<string>();
        foreach (var node in leaving)
        {
            if (!TryFind(node, out _))
                parts.Add($"{node} leaves, its store was replaced");
            else
                parts.Add(MustLeave(node) ? $"{node} leaves, dead for its grace period" : $"{node} leaves, drained");
        }

        foreach (var node in Joining)
            parts.Add($"{node} joins");
        return string.Join("; ", parts);
    }

    private bool MayJoin(PlannedNode node) =>
        node is { IsAlive: true, IsDraining: false }
        && !_map.Newest.Nodes.Contains(node.Node)
        && !_map.Generations.Any(generation => generation.Lost.Contains(node.Node))
        && (!node.WasMember || _map.Contains(node.Node));

    private bool TryFind(NodeId node, out PlannedNode found) => _registered.TryGetValue(node.Name, out found) && found.Node == node;
}
