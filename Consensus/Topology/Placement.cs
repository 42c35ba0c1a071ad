using System.Collections.Immutable;
using System.Numerics;

namespace Orleans.Kv.Consensus;

/// <summary>
/// Where a slot's keys live under one map: the nodes to ask, and the quorums to reach, as bits over that list of nodes.
/// <para>
/// A change of the map leaves most slots of a large cluster where they were. There the quorum of an older generation is implied by a newer one's (the same nodes, and no more
/// of them needed), and is not asked for by itself: the slot is as good as under a stable map, and its reads stay as cheap. Nothing is lost by that: any w of the set meet
/// whatever any w of the same set have accepted, under whichever epoch, and ballots put it in order.
/// </para>
/// </summary>
public sealed class Placement
{
    internal Placement(IReadOnlyList<Generation> generations, Slot slot)
    {
        // Newest first, so that the nodes an Accept goes to are the first ones and Replicas is a prefix.
        var nodes = ImmutableArray.CreateBuilder<NodeId>(Generation.Replicas);
        var prepare = ImmutableArray.CreateBuilder<Quorum>(generations.Count);
        var older = ImmutableArray.CreateBuilder<Quorum>(generations.Count - 1);
        for (var i = generations.Count - 1; i >= 0; i--)
        {
            var set = generations[i].ReplicaSet(slot);
            var lost = generations[i].Lost;
            var sizes = QuorumSizes.For(set.Length, generations[i].WriteQuorum);
            ulong members = 0;
            foreach (var node in set)
            {
                if (lost.Contains(node))
                    continue;
                var index = nodes.IndexOf(node);
                if (index < 0)
                {
                    index = nodes.Count;
                    nodes.Add(node);
                }

                members |= 1UL << index;
            }

            if (i == generations.Count - 1)
            {
                ReplicaCount = set.Length;
                AcceptQuorum = new Quorum(members, sizes.Accept);
                // Safety needs r promises here. Waiting for w (never fewer) costs no round trip and buys an honest answer: a proposal that could not
                // be accepted anyway (write quorum "all" with a node down) ends as "not done", where an Accept would have left it unknown.
                prepare.Add(AcceptQuorum);
            }
            else
            {
                // r of those that are left, and all of them where fewer are: none of them can be known to have missed what was committed on a lost one, so
                // the newest state among them is the truth. With none left there is nobody to ask, and no state either.
                var quorum = new Quorum(members, Math.Min(sizes.Prepare, BitOperations.PopCount(members)));
                older.Add(quorum);
                if (!IsImplied(quorum, prepare))
                    prepare.Add(quorum);
            }
        }

        Nodes = nodes.ToImmutable();
        PrepareQuorums = prepare.ToImmutable();
        OlderQuorums = older.MoveToImmutable();
    }

    /// <summary>The replicas of every generation but for lost ones, each node once; the newest generation's come first.</summary>
    public ImmutableArray<NodeId> Nodes { get; }

    /// <summary>How many of the first <see cref="Nodes"/> are the newest generation's replica set: the targets of Accept and Read.</summary>
    public int ReplicaCount { get; }

    /// <summary>The newest generation's replica set, best rendezvous score first: where the key grain should live.</summary>
    public ReadOnlySpan<NodeId> Replicas => Nodes.AsSpan(0, ReplicaCount);

    /// <summary>w nodes of the newest generation: what commits an Accept and what confirms a read.</summary>
    public Quorum AcceptQuorum { get; }

    /// <summary>The newest generation's quorum, and those of older ones that it does not imply, newest first; a Prepare must win all of them.</summary>
    public ImmutableArray<Quorum> PrepareQuorums { get; }

    /// <summary>One quorum for each older generation, newest first, implied or not: so many of its nodes seal it.</summary>
    public ImmutableArray<Quorum> OlderQuorums { get; }

    /// <summary>No state of the slot is on the move, as far as its quorums go: reads alone can be answered by reads.</summary>
    public bool IsStable => PrepareQuorums.Length == 1;

    /// <summary>The node's bit, or -1 for a node that has nothing to say about this slot.</summary>
    public int IndexOf(NodeId node)
    {
        for (var i = 0; i < Nodes.Length; i++)
        {
            if (Nodes[i].Equals(node))
                return i;
        }

        return -1;
    }

    private static bool IsImplied(in Quorum quorum, ImmutableArray<Quorum>.Builder others)
    {
        foreach (var other in others)
        {
            if (quorum.Members == other.Members && quorum.Needed <= other.Needed)
                return true;
        }

        return quorum.Needed == 0;
    }
}
