using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>
/// The cluster map: who holds what, under which epoch. Immutable; changed only by compare-and-swap on its epoch in one authority. A stable map has one
/// generation; a map in migration has several, oldest first: proposals prepare in all of them and accept in the newest.
/// </summary>
public sealed class ClusterMap : IEquatable<ClusterMap>
{
    /// <summary>
    /// Each node that dies during a migration appends a generation. So many can have three replicas each that no other has, before a slot has more nodes than a quorum has bits. Past this
    /// the migration comes before further change; where the newest generation cannot be migrated into because a node of it is gone for ever, an operator's recover is left.
    /// </summary>
    public const int MaxGenerations = Quorum.MaxNodes / Generation.Replicas;

    // Filled as slots are asked for: most maps that arrive (one with every refusal of an old epoch) are compared and dropped. Two threads may compute one
    // placement at once; they are equal and immutable, and either may stay.
    private readonly Placement?[] _placements = new Placement?[Slot.Count];

    /// <exception cref="ArgumentException">The epoch is not positive, or there are no generations, or too many.</exception>
    public ClusterMap(Epoch epoch, ConsistencyMode mode, IEnumerable<Generation> generations)
    {
        ArgumentNullException.ThrowIfNull(generations);
        Epoch = epoch;
        Mode = mode;
        Generations = [.. generations];
        if (epoch <= Epoch.None)
            throw new ArgumentException("a map's epoch is at least one", nameof(epoch));
        if (mode is not (ConsistencyMode.Consistent or ConsistencyMode.Available))
            throw new ArgumentException($"unknown mode {mode}", nameof(mode));
        if (Generations.Length is 0 or > MaxGenerations)
            throw new ArgumentException($"a map has 1 to {MaxGenerations} generations, not {Generations.Length}", nameof(generations));
        // Accepts need w of the newest generation's nodes, all of which may answer; a lost one can only be a node of the past.
        if (!Newest.Lost.IsEmpty)
            throw new ArgumentException("the newest generation has no lost nodes", nameof(generations));
    }

    public Epoch Epoch { get; }

    public ConsistencyMode Mode { get; }

    /// <summary>Oldest first; the last one takes the accepts.</summary>
    public ImmutableArray<Generation> Generations { get; }

    public Generation Newest => Generations[^1];

    /// <summary>The write quorum of new writes, which is the newest generation's.</summary>
    public WriteQuorum WriteQuorum => Newest.WriteQuorum;

    public bool IsStable => Generations.Length == 1;

    public Placement this[Slot slot] => _placements[slot.Index] ??= new Placement(Generations, slot);

    public Placement this[Key key]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(key);
            return this[key.Slot];
        }
    }

    /// <summary>The node has a say in some generation. One that is lost in all of its generations has none.</summary>
    public bool Contains(NodeId node)
    {
        foreach (var generation in Generations)
        {
            if (generation.Nodes.Contains(node) && !generation.Lost.Contains(node))
                return true;
        }

        return false;
    }

    /// <summary>The map that follows this one when nothing but the mode changes. A migration begins anew under it, as under any other epoch.</summary>
    public ClusterMap With(ConsistencyMode mode) => new(Epoch.Next(), mode, Generations);

    public bool Equals(ClusterMap? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Epoch == other.Epoch && Mode == other.Mode && Generations.SequenceEqual(other.Generations));

    public override bool Equals(object? obj) => Equals(obj as ClusterMap);

    public override int GetHashCode() => Epoch.GetHashCode();

    public override string ToString() => $"{Epoch} {Mode} {string.Join(" -> ", Generations)}";
}
