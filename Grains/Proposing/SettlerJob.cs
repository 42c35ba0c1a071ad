using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Traffic;

namespace Orleans.Kv.Grains.Proposing;

/// <summary>One key in a lane of the <see cref="Settler"/>. All but the two calls of the traffic happens in the lane, one thing at a time.</summary>
internal abstract class SettlerJob(SettlerLane lane, Key key, long tag, ISettleReceiver receiver) : IReplyReceiver
{
    public Key Key => key;

    protected SettlerLane Lane => lane;

    protected long Tag => tag;

    protected ISettleReceiver Receiver => receiver;

    /// <summary>When <see cref="Tick"/> is due, in <see cref="Moment.Ticks"/>.</summary>
    public virtual long WakeAt => Moment.Never;

    /// <summary>Its place among the lane's open jobs, the lane's own business; negative before and after.</summary>
    public int Place { get; set; } = -1;

    public abstract void Start(ClusterMap map, in Moment now);

    /// <summary>A reply, or null for the failure of that round's request.</summary>
    public abstract void Take(NodeId node, Reply? reply, long round, in Moment now);

    public virtual void Tick(in Moment now)
    {
    }

    void IReplyReceiver.OnReply(NodeId node, Reply reply) => lane.Post(this, node, reply, reply.Round);

    void IReplyReceiver.OnFailure(NodeId node, long round) => lane.Post(this, node, null, round);

    protected void Finish(SettleResult result) => lane.Finish(this, result);

    public void Report(SettleResult result) => receiver.OnSettled(key, tag, result);
}
