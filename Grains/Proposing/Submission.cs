using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Proposing;

/// <summary>An operation of this silo's own, carried out by a proposer of its own: for what is rare, and no key grain should be woken for.</summary>
internal sealed class Submission(SettlerLane lane, Key key, Operation operation, Submission.Waiting waiting) : ProposerJob(lane, key, 0, waiting)
{
    protected override void Give(Proposer proposer, long giveUpAt, in Moment now) => proposer.Submit(operation, null, giveUpAt, now);

    protected override SettleResult Judge(Outcome outcome)
    {
        waiting.Outcome = outcome;
        return SettleResult.Settled;
    }

    /// <summary>Who waits for the outcome.</summary>
    internal sealed class Waiting : ISettleReceiver
    {
        private readonly TaskCompletionSource<Outcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Outcome? Outcome { get; set; }

        public Task<Outcome> Task => _outcome.Task;

        // Without an outcome: there was no map to begin with.
        public void OnSettled(Key key, long tag, SettleResult result) => _outcome.SetResult(Outcome ?? new Outcome.NotDone(GivenUp.NoQuorum));
    }
}
