using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Proposing;

/// <summary>A key's newest state is committed by a proposer of its own.</summary>
internal sealed class Settlement(SettlerLane lane, Key key, long tag, ISettleReceiver receiver) : ProposerJob(lane, key, tag, receiver)
{
    protected override void Give(Proposer proposer, long giveUpAt, in Moment now) => proposer.Settle(null, giveUpAt, now);

    protected override SettleResult Judge(Outcome outcome) => outcome is Outcome.Settled ? SettleResult.Settled : SettleResult.Failed;
}
