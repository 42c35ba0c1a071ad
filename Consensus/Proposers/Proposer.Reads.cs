using System.Numerics;

namespace Orleans.Kv.Consensus;

// Rounds of reads alone: one round trip, nothing written, no state moved where it is known.
public sealed partial class Proposer
{
    private void StartReading(in Moment now)
    {
        BeginPhase(Phase.Reading, _knownState, now);
        _hedgeAt = now.Ticks + _options.ReadHedgeMilliseconds;
        _adoptedBallot = Ballot.Zero;
        _adopted = null;
        _readsDiffer = false;
        AskToRead(ReadQuorum().Needed);
    }

    /// <summary>Sees to it that so many replicas are asked: this node first, those that failed or dawdled last.</summary>
    private void AskToRead(int count)
    {
        var missing = count - BitOperations.PopCount(_votes.Asked);
        if (missing <= 0)
            return;
        var request = new ReadRequest(Key, Map.Epoch, _round, _known);
        var own = _placement.IndexOf(_self);
        if (own >= 0 && own < _placement.ReplicaCount && (_suspects & (1UL << own)) == 0)
            missing -= Ask(own, request) ? 1 : 0;
        for (var node = 0; node < _placement.ReplicaCount && missing > 0; node++)
        {
            if ((_suspects & (1UL << node)) == 0)
                missing -= Ask(node, request) ? 1 : 0;
        }

        for (var node = 0; node < _placement.ReplicaCount && missing > 0; node++)
            missing -= Ask(node, request) ? 1 : 0;
    }

    private bool Ask(int node, Request request)
    {
        if ((_votes.Asked & (1UL << node)) != 0)
            return false;
        _votes.Ask(node);
        Effects.Add(new Send(_placement.Nodes[node], request));
        return true;
    }

    private void OnRead(int node, ReadReply reply, in Moment now)
    {
        // A ballot without its state, and not the one that was said to be known, says nothing that can be answered with.
        var withoutState = reply.State is null && !reply.Accepted.IsZero && reply.Accepted != _known;
        if (node >= _placement.ReplicaCount || withoutState || !_votes.TryYes(node))
            return;
        var first = BitOperations.PopCount(_votes.Yes) == 1;
        if (first)
        {
            _adoptedBallot = reply.Accepted;
            _adopted = reply.Accepted == _known ? _knownState : reply.State;
        }
        else if (reply.Accepted != _adoptedBallot)
        {
            _readsDiffer = true;
        }

        // The register has promised the number after its accepted one. Should this round become a proposal, that begins above it, not with a refusal.
        _number = Math.Max(_number, checked(reply.Accepted.Number + 1));
        ContinueReading(now);
    }

    private Quorum ReadQuorum()
    {
        var quorum = _placement.AcceptQuorum;
        if (_faults.HasFlag(Faults.ReadWithoutQuorum))
            return quorum with { Needed = 1 };
        return _faults.HasFlag(Faults.ReadByPrepareQuorum) ? quorum with { Needed = quorum.Size - quorum.Needed + 1 } : quorum;
    }

    private void ContinueReading(in Moment now)
    {
        var quorum = ReadQuorum();

        // Two ballots: one of them may be half-accepted, and only a proposal finds out what becomes of it.
        if (_readsDiffer)
        {
            _mustPropose = true;
            StartRound(now);
            return;
        }

        // w nodes, not r: they meet every commit that was complete before this read began (2w > n), and equal ballots on w nodes are a commit
        // themselves. With n = 2 a lone old node would confirm what the other one has moved on from.
        if (quorum.Count(_votes.Yes, _votes.Failed) == Tally.Won)
            ConfirmRead(now);
        else if (quorum.Count(0, _votes.Failed) == Tally.Lost)
            GiveUpRound(now);
        else
            AskToRead(Math.Min(_placement.ReplicaCount, quorum.Needed + BitOperations.PopCount(_votes.Failed)));
    }

    private void ConfirmRead(in Moment now)
    {
        GuardAgainstLoss(_adoptedBallot, Floor.None);
        if (_adoptedBallot != _known)
        {
            // Somebody else has proposed: what the lease promised to build on is history.
            _lease = Ballot.Zero;
            _known = _adoptedBallot;
            _knownState = _adopted;
            ReportFound();
        }

        // Due, but not expired until a tombstone is committed: another reader's slower clock may not see the value again afterwards.
        if (_adopted is { IsTombstone: false } value && value.IsDue(now.Hybrid))
        {
            _mustPropose = true;
            StartRound(now);
            return;
        }

        Outcome outcome = _adopted is { IsTombstone: false } found ? new Outcome.Found(found) : Outcome.NotFound.Of(_adopted);
        foreach (var pending in _batch)
            Reply(pending, outcome);
        FinishRound(now);
    }
}
