namespace Orleans.Kv.Consensus;

// Rounds that propose: prepare where no lease stands, adopt, apply, accept, and only then answer.
public sealed partial class Proposer
{
    private void StartPreparing(in Moment now)
    {
        BeginPhase(Phase.Preparing, _knownState, now);
        _lease = Ballot.Zero;
        _number = checked(_number + 1);
        _ballot = new Ballot(_faults.HasFlag(Faults.BallotsWithoutEpoch) ? Epoch.None.Next() : Map.Epoch, _number, Id);
        _adoptedBallot = Ballot.Zero;
        _adopted = null;
        _floor = Floor.None;
        var request = new PrepareRequest(Key, Map.Epoch, _round, _ballot);
        for (var node = 0; node < _placement.Nodes.Length; node++)
            Ask(node, request);
    }

    private void OnPromised(int node, PromisedReply reply, in Moment now)
    {
        if (!_votes.TryYes(node))
            return;
        if (reply.Accepted > _adoptedBallot)
        {
            _adoptedBallot = reply.Accepted;
            _adopted = reply.State;
        }
        else if (reply.Accepted == _adoptedBallot && reply.State is not null && _adopted is not null && !reply.State.Equals(_adopted))
        {
            throw new InvariantViolationException($"two states under ballot {reply.Accepted} of key hash {Key.Hash:x16}");
        }

        _floor = Floor.Above(_floor, reply.Floor);
        Judge(now);
    }

    // By value, not by reference: the arguments are fields that change in here.
    private void Propose(Ballot ballot, Ballot baseBallot, RegisterState? baseState, Floor floor, in Moment now)
    {
        GuardAgainstLoss(baseBallot, floor);
        // What arrived during the Prepare need not wait for another round: nothing has been applied yet.
        _batch.AddRange(_queue);
        _queue.Clear();
        if (baseState is null && NeedsNoAccept())
        {
            FinishWithoutAccept(now);
            return;
        }

        var state = _transition.Apply(baseState, floor, _batch, now.Hybrid, BeginRecording(baseBallot, baseState));
        ReleaseRefused();
        if (_batch.Count == 0)
        {
            // All were refused for want of room: nothing to accept, and an unused lease stays one.
            _phase = Phase.Idle;
            StartRound(now);
            return;
        }

        BeginPhase(Phase.Accepting, state, now);
        _ballot = ballot;
        _lease = Ballot.Zero;
        _proposed = state;
        var next = ballot.Next();
        _number = Math.Max(_number, next.Number);
        var request = new AcceptRequest(Key, Map.Epoch, _round, ballot, state, next);
        for (var node = 0; node < _placement.ReplicaCount; node++)
            Ask(node, request);
        if (_faults.HasFlag(Faults.ChangesBeforeCommit))
            ReportCommit();
        if (_faults.HasFlag(Faults.AnswerBeforeCommit))
            AnswerAll();
        if (_faults.HasFlag(Faults.RefusalBeforeAccept))
            AnswerRefusals();
    }

    /// <summary>
    /// An absent key and nobody who wants to know or change it, only to have it moved. A read is not among these: "not found" is an answer about the register's
    /// state, and until a tombstone is committed an older proposer's half-accepted state could still come back.
    /// </summary>
    private bool NeedsNoAccept()
    {
        foreach (var pending in _batch)
        {
            if (!pending.Settles)
                return false;
        }

        return true;
    }

    private void FinishWithoutAccept(in Moment now)
    {
        foreach (var pending in _batch)
            Reply(pending, new Outcome.Settled(Ballot.Zero));
        FinishRound(now);
    }

    private void AnswerRefusals()
    {
        foreach (var pending in _batch)
        {
            if (!pending.Operation.IsRead && pending.Outcome is Outcome.NotSwapped or Outcome.ConditionFailed or Outcome.NotFound)
                Reply(pending, pending.Outcome);
        }
    }

    /// <summary>Answers what was refused for want of room: the state has nothing of it, so there is nothing to wait for.</summary>
    private void ReleaseRefused()
    {
        foreach (var pending in _batch)
        {
            if (pending.Outcome is Outcome.NotDone or Outcome.MergeFull or Outcome.Unknown { Reason: GivenUp.Overloaded })
                Reply(pending, pending.Outcome);
        }

        _batch.RemoveAll(static pending => pending.Answered);
    }

    private void OnAccepted(int node, in Moment now)
    {
        if (_votes.TryYes(node))
            Judge(now);
    }

    private void OnRefused(int node, in Moment now)
    {
        if (_votes.TryRefuse(node))
            Judge(now);
    }

    /// <summary>Where the vote of a Prepare or an Accept stands: won, lost to others, lost to silence, or open.</summary>
    private void Judge(in Moment now)
    {
        var standing = _phase == Phase.Preparing ? CountPromises(_votes.Yes, _votes.Refused | _votes.Failed) : CountAccepts();
        if (standing == Tally.Pending)
        {
            if (_votes.Refused != 0)
                WaitNoLongerThanNeeded(now);
            return;
        }

        if (standing == Tally.Won && _phase == Phase.Preparing)
            Propose(_ballot, _adoptedBallot, _adopted, _floor, now);
        else if (standing == Tally.Won)
            Commit(now);
        else if (IsOutOfReach())
            GiveUpRound(now);
        else
            LoseBallot(now);
    }

    /// <summary>
    /// One refused, and those still to be heard of may be paused or cut off: the round could be won by waiting, and for a silent node that may be the whole round's time.
    /// A refusal says how high to go, so that the nodes that do answer can win the next round without the silent ones. A ballot may be dropped at any moment.
    /// </summary>
    private void WaitNoLongerThanNeeded(in Moment now)
    {
        if ((_votes.Outstanding & ~_suspects) == 0)
            LoseBallot(now);
        else
            _hedgeAt = Math.Min(_hedgeAt, Math.Max(now.Ticks + 1, _phaseBeganAt + _options.ReadHedgeMilliseconds));
    }

    /// <summary>A Prepare must win in every generation: a committed state may lie in any of them.</summary>
    private Tally CountPromises(ulong yes, ulong no)
    {
        var won = true;
        // Newest first; the fault leaves the last one out.
        var quorums = _placement.PrepareQuorums.AsSpan();
        if (quorums.Length > 1 && _faults.HasFlag(Faults.SkipGeneration))
            quorums = quorums[..^1];
        foreach (var quorum in quorums)
        {
            var standing = (_faults.HasFlag(Faults.QuorumOfOne) ? quorum with { Needed = 1 } : quorum).Count(yes, no);
            if (standing == Tally.Lost)
                return Tally.Lost;
            won &= standing == Tally.Won;
        }

        return won ? Tally.Won : Tally.Pending;
    }

    private Tally CountAccepts()
    {
        var quorum = _placement.AcceptQuorum;
        if (_faults.HasFlag(Faults.QuorumOfOne))
            quorum = quorum with { Needed = 1 };
        return quorum.Count(_votes.Yes, _votes.Refused | _votes.Failed);
    }

    /// <summary>Failures alone deny the quorum, whatever the refusals would have been: trying again has no prospect.</summary>
    private bool IsOutOfReach() => _phase == Phase.Preparing
        ? CountPromises(0, _votes.Failed) == Tally.Lost
        : _placement.AcceptQuorum.Count(0, _votes.Failed) == Tally.Lost;

    private void Commit(in Moment now)
    {
        ReportCommit();
        _known = _ballot;
        _knownState = _proposed;
        _lastAcceptRound = _round;
        // A refusal among the answers means that somebody holds a higher promise somewhere: the short write would only be refused as well.
        _lease = _votes.Refused == 0 ? _ballot.Next() : Ballot.Zero;
        AnswerAll();
        FinishRound(now);
    }

    private void AnswerAll()
    {
        foreach (var pending in _batch)
            Reply(pending, pending.Settles ? new Outcome.Settled(_ballot) : pending.Outcome!);
    }

    private void FinishRound(in Moment now)
    {
        _phase = Phase.Idle;
        _losses = 0;
        _mustPropose = false;
        _proposed = null;
        _adopted = null;
        StartRound(now);
    }

    /// <summary>The ballot is dead; its operations stay, for a higher one after a random pause: duelling proposers must fall out of step.</summary>
    private void LoseBallot(in Moment now)
    {
        if (_faults.HasFlag(Faults.ReuseBallotAfterFailedAccept) && _phase == Phase.Accepting)
            _lease = _ballot;
        // The first refused Prepare is how a newcomer learns what numbers are in use: nobody is duelling yet, and it need not wait.
        var isNewcomer = _losses == 0 && _phase == Phase.Preparing && _votes.Refused != 0;
        var ceiling = Math.Min(_options.MaxBackoffMilliseconds, (long)_options.BackoffMilliseconds << Math.Min(_losses, MaxDoublings));
        _losses++;
        _phase = Phase.Pausing;
        _proposed = null;
        _adopted = null;
        _hedgeAt = Moment.Never;
        _phaseEndsAt = now.Ticks + 1 + _jitter.Below(ceiling);
        if (isNewcomer)
            StartRound(now);
    }

    /// <summary>No quorum, as far as can be seen: callers learn it now rather than at the end of their patience.</summary>
    private void GiveUpRound(in Moment now)
    {
        AbandonAll(_batch, GivenUp.NoQuorum);
        FinishRound(now);
    }

    /// <summary>
    /// Every refusal, however late, says how high the next ballot must be. One that comes in after its Accept was committed without it says as well that
    /// someone else is at work: the short write would only be refused.
    /// </summary>
    private void NoticeRefusal(RefusedReply refusal)
    {
        _number = Math.Max(_number, refusal.Promised.Number);
        if (refusal.Round == _lastAcceptRound)
            _lease = Ballot.Zero;
    }

    /// <summary>
    /// Within one epoch what was committed cannot become less: quorums that show an older state have lost an acknowledged write, by amnesia or by a fault
    /// here. Purged keys are no loss: their floor is at least the ballot that was known.
    /// </summary>
    private void GuardAgainstLoss(in Ballot found, in Floor floor)
    {
        if (found < _known && floor.Ballot < _known && !(found.IsZero && _phase == Phase.Reading))
            throw new InvariantViolationException($"committed ballot {_known} of key hash {Key.Hash:x16} is gone; found {found}");
    }
}
