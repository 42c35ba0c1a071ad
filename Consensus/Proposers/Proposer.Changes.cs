namespace Orleans.Kv.Consensus;

/// <remarks>
/// <b>Changes.</b> While somebody watches the key, a proposer says which versions are committed, and what they are: those that its own rounds make, and the states of others that it
/// finds to be committed. They come with the commit, never before: a state on a minority may never come to be, and its versions may then be made again, differently.
/// <para>
/// It says each version at least once if it lives, and a version has one content whoever says it: a committed state of a higher version descends from the one of this version (the
/// higher ballot's Prepare has met its quorum), and versions rise with every change. What it cannot say is what another proposer folded into one round before it died, and what nobody
/// came to know: see <see cref="AcceptorStep.NewVersion"/> for those.
/// </para>
/// <para>
/// Who begins to watch while a round is under way is told at least what that round ends with: whether anybody watches is looked at when the round is committed as well as when it begins.
/// </para>
/// </remarks>
public sealed partial class Proposer
{
    private List<KeyChange>? _changes;
    private bool _isRecorded;

    /// <summary>
    /// Somebody watches the key: <see cref="ProposerEffects.Changes"/> says what is committed from now on. To be kept up to date by the shell before each call. Nothing is recorded
    /// while it is false.
    /// </summary>
    public bool ReportsChanges { get; set; }

    /// <summary>Where the transition is to write what the coming round makes of that state; null for nowhere.</summary>
    private List<KeyChange>? BeginRecording(in Ballot baseBallot, RegisterState? baseState)
    {
        _isRecorded = ReportsChanges;
        if (!_isRecorded)
            return null;
        (_changes ??= []).Clear();
        // Another proposer's, which may have died before it said so; committed with what this round makes of it.
        if (baseBallot != _known)
            Record(baseState);
        return _changes;
    }

    private void ReportCommit()
    {
        if (!ReportsChanges)
        {
            _changes?.Clear();
            return;
        }

        if (!_isRecorded)
        {
            (_changes ??= []).Clear();
            Record(_proposed);
        }

        foreach (var change in _changes!)
            Effects.Add(change.Stamp == HybridTimestamp.Zero ? change with { Stamp = _proposed!.Stamp } : change);
        _changes.Clear();
    }

    /// <summary>A quorum of reads has shown a state to be committed that this proposer did not know of.</summary>
    private void ReportFound()
    {
        if (!ReportsChanges)
            return;
        (_changes ??= []).Clear();
        Record(_adopted);
        foreach (var change in _changes)
            Effects.Add(change);
        _changes.Clear();
    }

    // A tombstone that nobody's delete wrote may be one that only carries a floor, and that is no change.
    private void Record(RegisterState? state)
    {
        if (state is not null and not { IsLapsed: true })
            _changes!.Add(KeyChange.Of(state));
    }
}
