using System.Collections.Immutable;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Proposing;

/// <summary>
/// The state that this silo's replica has accepted for a key goes to other replicas as it stands, under its own ballot: an Accept that its proposer has sent, only to more
/// nodes. Hence safe while the slot's replicas stand still, and where it is refused somebody has promised more.
/// </summary>
internal sealed class Redelivery(
    SettlerLane lane, Key key, Ballot atLeast, ImmutableArray<NodeId> nodes, int acks, long tag, ISettleReceiver receiver)
    : SettlerJob(lane, key, tag, receiver)
{
    // One round per job.
    private const long Round = 1;

    private int _needed = acks;
    private int _open;
    private bool _isRefused;

    public override void Start(ClusterMap map, in Moment now)
    {
        // During a migration a replica that has just become one has promised nothing, and could make up a quorum for a state that was passed by long ago: see SlotMigration.
        if (!map[Key].IsStable || !Lane.Silo.Replica.TryGet(Key, out var register) || register.State is null || register.Accepted < atLeast)
        {
            SettleInstead(map, now);
            return;
        }

        // No promise but its own: a lease belongs to the ballot's proposer, and is not ours to give.
        var accept = new AcceptRequest(Key, map.Epoch, Round, register.Accepted, register.State, register.Accepted);
        _open = nodes.Length;
        foreach (var node in nodes) Lane.Send(this, node, accept);
        Judge(now);
    }

    public override void Take(NodeId node, Reply? reply, long round, in Moment now)
    {
        _open--;
        if (reply is AcceptedReply) _needed--;
        else if (reply is not null) _isRefused = true;
        Judge(now);
    }

    private void Judge(in Moment now)
    {
        if (_needed <= 0) Finish(SettleResult.Redelivered);
        else if (_isRefused && _needed > _open && Lane.Silo.Topology.View.Map is { } map) SettleInstead(map, now);
        else if (_needed > _open) Finish(SettleResult.Failed);
    }

    private void SettleInstead(ClusterMap map, in Moment now) => Lane.Replace(this, new Settlement(Lane, Key, Tag, Receiver), map, now);
}
