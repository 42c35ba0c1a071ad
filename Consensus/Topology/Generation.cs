using System.Collections.Immutable;
using System.Text;

namespace Orleans.Kv.Consensus;

/// <summary>
/// A list of nodes from which replica sets derive, with the write quorum its states were committed under. The write quorum belongs to the
/// generation, not to the map alone: a state that a majority accepted must still be looked for on r = n − ⌊n/2⌋ nodes after the setting
/// became "all", where the newest generation needs only one.
/// <para>
/// An older generation may have lost nodes for ever (<see cref="Lost"/>), by an operator's word: nobody waits for them, and the newest state among the others is the truth
/// from then on. Replica sets are still those of all its nodes, as that is where its states were committed.
/// </para>
/// </summary>
public sealed class Generation : IEquatable<Generation>
{
    /// <summary>R: how many nodes hold a key, where there are that many.</summary>
    public const int Replicas = 3;

    /// <summary>Placement cost is nodes times slots per map; far above the fleet this store is meant for.</summary>
    public const int MaxNodes = 255;

    private readonly ulong[] _seeds;

    /// <exception cref="ArgumentException">No node, too many, or two of the same name; a lost node that is none of them.</exception>
    public Generation(IEnumerable<NodeId> nodes, WriteQuorum writeQuorum = WriteQuorum.Majority, IEnumerable<NodeId>? lost = null)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        Nodes = [.. nodes.Order()];
        WriteQuorum = writeQuorum;
        Lost = lost is null ? [] : [.. lost.Distinct().Order()];
        if (Nodes.Length is 0 or > MaxNodes)
            throw new ArgumentException($"a generation has 1 to {MaxNodes} nodes, not {Nodes.Length}", nameof(nodes));
        if (writeQuorum is not (WriteQuorum.Majority or WriteQuorum.All))
            throw new ArgumentException($"unknown write quorum {writeQuorum}", nameof(writeQuorum));

        _seeds = new ulong[Nodes.Length];
        for (var i = 0; i < Nodes.Length; i++)
        {
            var name = Nodes[i].Name;
            if (string.IsNullOrEmpty(name) || Encoding.UTF8.GetByteCount(name) > NodeId.MaxNameBytes)
                throw new ArgumentException($"a node's name has 1 to {NodeId.MaxNameBytes} bytes", nameof(nodes));
            if (i > 0 && string.Equals(Nodes[i - 1].Name, name, StringComparison.Ordinal))
                throw new ArgumentException($"two nodes of one generation are named {name}", nameof(nodes));
            // By name alone: a silo that lost its store and returns under its name gets the same slots, so nothing else has to move.
            _seeds[i] = Xxh64.Hash(Encoding.UTF8.GetBytes(name));
        }

        foreach (var node in Lost)
        {
            if (!Nodes.Contains(node))
                throw new ArgumentException($"{node} is lost, but no node of the generation", nameof(lost));
        }
    }

    /// <summary>In order of name.</summary>
    public ImmutableArray<NodeId> Nodes { get; }

    public WriteQuorum WriteQuorum { get; }

    /// <summary>
    /// Those of <see cref="Nodes"/> whose stores are gone for ever, named by an operator's recover; in order of name. Empty in the newest generation of a map.
    /// </summary>
    public ImmutableArray<NodeId> Lost { get; }

    /// <summary>The same generation with these of its nodes lost as well; nodes that it does not have are passed over.</summary>
    public Generation WithLost(IEnumerable<NodeId> lost) => new(Nodes, WriteQuorum, Lost.Concat(lost.Where(node => Nodes.Contains(node))));

    /// <summary>
    /// The replicas of a slot by rendezvous hashing (Thaler and Ravishankar, 1998), highest score first: adding or removing one node moves
    /// only the slots that it gains or loses.
    /// </summary>
    public ImmutableArray<NodeId> ReplicaSet(Slot slot)
    {
        var indexes = new int[Nodes.Length];
        var scores = new ulong[Nodes.Length];
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(bytes, slot.Index);
        for (var i = 0; i < indexes.Length; i++)
        {
            indexes[i] = i;
            scores[i] = ~Xxh64.Hash(bytes, _seeds[i]);
        }

        Array.Sort(scores, indexes);
        var set = ImmutableArray.CreateBuilder<NodeId>(Math.Min(Replicas, indexes.Length));
        for (var i = 0; i < set.Capacity; i++)
            set.Add(Nodes[indexes[i]]);
        return set.MoveToImmutable();
    }

    public bool Equals(Generation? other) =>
        other is not null && WriteQuorum == other.WriteQuorum && Nodes.SequenceEqual(other.Nodes) && Lost.SequenceEqual(other.Lost);

    public override bool Equals(object? obj) => Equals(obj as Generation);

    public override int GetHashCode() => HashCode.Combine(WriteQuorum, Nodes.Length, Nodes[0]);

    public override string ToString() => $"[{string.Join(' ', Nodes)}] {WriteQuorum}{(Lost.IsEmpty ? "" : $" without [{string.Join(' ', Lost)}]")}";
}
