using System.Collections.Immutable;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Proposing;

/// <summary>
/// Brings many keys' newest states to their replicas, without a grain per key: for the migrator, the replay and the repair.
/// <para>
/// A key is redelivered where that is enough: this silo's replica holds a state of at least the ballot that is asked for, which goes to the nodes that lack it as it stands, as an
/// ordinary Accept. One message each, in the same batches as everything else, and no state is read from anywhere. Where a node refuses (somebody else is proposing, or has), or this
/// replica does not hold the key, a proposer of the key's own settles it: a full round with all replicas.
/// </para>
/// <para>
/// Keys are worked on in as many lanes as there are cores, each by one thread at a time and with a bounded number of keys under way; the rest waits. Whoever gives keys bounds
/// how many wait. There are no timers: every request ends in one reply or failure, and the proposers' own deadlines are looked at by the silo's ticker.
/// </para>
/// </summary>
internal sealed class Settler
{
    private readonly SettlerLane[] _lanes;

    public Settler(SiloProposing silo)
    {
        _lanes = new SettlerLane[Environment.ProcessorCount];
        for (var i = 0; i < _lanes.Length; i++) _lanes[i] = new SettlerLane(silo);
    }

    /// <summary>Has a full round commit the key's newest state, whatever it is.</summary>
    public void Settle(Key key, long tag, ISettleReceiver receiver)
    {
        var lane = LaneOf(key);
        lane.Add(new Settlement(lane, key, tag, receiver));
    }

    /// <summary>
    /// Brings this replica's state of the key, if it is of <paramref name="atLeast"/> or higher, to the nodes, until <paramref name="acks"/> of them have it. Settles the key where
    /// that does not apply or one of them refuses; fails where too many are silent. Those that do not acknowledge are owed it, like any failed push.
    /// </summary>
    public void Redeliver(Key key, Ballot atLeast, ImmutableArray<NodeId> nodes, int acks, long tag, ISettleReceiver receiver)
    {
        var lane = LaneOf(key);
        lane.Add(new Redelivery(lane, key, atLeast, nodes, acks, tag, receiver));
    }

    /// <summary>
    /// Brings the other node's state of the key to this silo's replica, in the same way. Settles the key where the replica refuses; fails where the node does not answer.
    /// </summary>
    public void Fetch(Key key, NodeId from, long tag, ISettleReceiver receiver)
    {
        var lane = LaneOf(key);
        lane.Add(new Fetching(lane, key, from, tag, receiver));
    }

    /// <summary>Has an operation of this silo's own carried out. Gives up after the usual patience, with an outcome that says so.</summary>
    public Task<Outcome> Submit(Key key, Operation operation)
    {
        var waiting = new Submission.Waiting();
        var lane = LaneOf(key);
        lane.Add(new Submission(lane, key, operation, waiting));
        return waiting.Task;
    }

    private SettlerLane LaneOf(Key key) => _lanes[(uint)key.GetHashCode() % (uint)_lanes.Length];
}
