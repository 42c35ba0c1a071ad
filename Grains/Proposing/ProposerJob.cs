using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Changes;

namespace Orleans.Kv.Grains.Proposing;

/// <summary>One thing for a proposer of the key's own, which is dropped afterwards.</summary>
internal abstract class ProposerJob(SettlerLane lane, Key key, long tag, ISettleReceiver receiver) : SettlerJob(lane, key, tag, receiver)
{
    private Proposer? _proposer;
    private KeyInterest _interest;

    public override long WakeAt => _proposer?.WakeAt ?? Moment.Never;

    public override void Start(ClusterMap map, in Moment now)
    {
        _proposer = Lane.Silo.NewProposer(Key, map);
        _interest.Refresh(Lane.Silo.Changes, _proposer);
        Give(_proposer, Lane.Silo.GiveUpAt(now), now);
        Perform(now);
    }

    public override void Take(NodeId node, Reply? reply, long round, in Moment now)
    {
        if (_proposer is null) return;
        if (Lane.Silo.Topology.View.Map is { } map && map.Epoch > _proposer.Map.Epoch) _proposer.ChangeMap(map, now);
        _interest.Refresh(Lane.Silo.Changes, _proposer);
        if (reply is null) _proposer.Fail(node, round, now);
        else _proposer.Receive(node, reply, now);
        Perform(now);
    }

    public override void Tick(in Moment now)
    {
        if (_proposer is null || now.Ticks < _proposer.WakeAt) return;
        _proposer.Tick(now);
        Perform(now);
    }

    /// <summary>Gives the new proposer what it is for.</summary>
    protected abstract void Give(Proposer proposer, long giveUpAt, in Moment now);

    /// <summary>What the answer means for who waits.</summary>
    protected abstract SettleResult Judge(Outcome outcome);

    private void Perform(in Moment now)
    {
        var effects = _proposer!.Effects;
        // Sending calls nothing here: the local replica's answers come in later, like all others.
        Lane.Silo.Changes.Tell(Key, effects.Changes);
        foreach (ref readonly var send in effects.Sends) Lane.Send(this, send.Node, send.Request);
        var outcome = effects.Answers.IsEmpty ? null : effects.Answers[0].Outcome;
        effects.Clear();
        if (outcome is null) return;
        // What is still on its way has no bearing on the answer.
        _proposer = null;
        Finish(Judge(outcome));
    }
}
