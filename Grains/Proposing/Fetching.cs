using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Proposing;

/// <summary>The other way round than <see cref="Redelivery"/>: another node's state of the key comes to this silo's replica, under its own ballot.</summary>
internal sealed class Fetching(SettlerLane lane, Key key, NodeId from, long tag, ISettleReceiver receiver) : SettlerJob(lane, key, tag, receiver)
{
    private const long ReadRound = 1;
    private const long AcceptRound = 2;

    public override void Start(ClusterMap map, in Moment now) => Lane.Send(this, from, new ReadRequest(Key, map.Epoch, ReadRound, Ballot.Zero));

    public override void Take(NodeId node, Reply? reply, long round, in Moment now)
    {
        switch (reply)
        {
            case ReadReply { State: { } state } read when Lane.Silo.Topology.View.Map is { } map && map[Key].IsStable:
                Lane.Send(this, Lane.Silo.Topology.Self, new AcceptRequest(Key, map.Epoch, AcceptRound, read.Accepted, state, read.Accepted));
                break;
            case AcceptedReply:
                Finish(SettleResult.Redelivered);
                break;
            case RefusedReply when Lane.Silo.Topology.View.Map is { } map:
                Lane.Replace(this, new Settlement(Lane, Key, Tag, Receiver), map, now);
                break;
            default:
                // Silence, another epoch, or purged meanwhile: the next comparison looks again.
                Finish(SettleResult.Failed);
                break;
        }
    }
}
