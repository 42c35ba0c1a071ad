namespace Orleans.Kv.Consensus;

/// <summary>
/// What became of an operation. Closed: match it exhaustively. All but the last three are facts of a committed state. "Never done unless it is committed,
/// never not-done unless it can never be": what cannot be known is <see cref="Unknown"/>.
/// </summary>
public abstract record Outcome
{
    private Outcome()
    {
    }

    /// <summary>A store took effect.</summary>
    public sealed record Stored(long Version, bool Created) : Outcome;

    /// <summary>An update took effect.</summary>
    public sealed record Updated(long Version) : Outcome;

    /// <summary>A delete took effect; the version is the tombstone's.</summary>
    public sealed record Deleted(long Version) : Outcome;

    /// <summary>A touch took effect: the value has another expiry, or none, and this version.</summary>
    public sealed record Touched(long Version) : Outcome;

    /// <summary>A test-and-set took effect: its value is in place.</summary>
    public sealed record Swapped(long Version, bool Created) : Outcome;

    /// <summary>
    /// A test-and-set found something else. <paramref name="Version"/> is zero where it found nothing. A retry that is answered from memory after the value has moved
    /// on has the version but no longer the value: then <paramref name="Current"/> is null although the version is not zero.
    /// </summary>
    public sealed record NotSwapped(long Version, RegisterState? Current) : Outcome;

    /// <summary>A fetch found a value.</summary>
    public sealed record Found(RegisterState State) : Outcome;

    /// <summary>A fetch, update, delete or touch found nothing. To a fetch it says what there is instead.</summary>
    public sealed record NotFound : Outcome
    {
        public static readonly NotFound Instance = new();

        /// <summary>The tombstone's; zero where there is none.</summary>
        public long Version { get; init; }

        /// <inheritdoc cref="RegisterState.IsLapsed"/>
        public bool IsLapsed { get; init; }

        /// <inheritdoc cref="RegisterState.Modified"/>
        public HybridTimestamp Modified { get; init; }

        public static NotFound Of(RegisterState? tombstone) => tombstone is null or { Version: 0 }
            ? Instance
            : new NotFound { Version = tombstone.Version, IsLapsed = tombstone.IsLapsed, Modified = tombstone.Modified };
    }

    /// <summary>
    /// The answer to <see cref="Proposer.Settle"/>: the key's newest state is committed in the newest generation under this ballot; zero where no generation has any
    /// state, so that there was nothing to commit.
    /// </summary>
    public sealed record Settled(Ballot Ballot) : Outcome;

    /// <summary>An "if version" or "if absent" did not hold; the version is the one that is there, zero for none.</summary>
    public sealed record ConditionFailed(long Version) : Outcome;

    /// <summary>
    /// A write that was accepted without a quorum has been dealt with: it need not be kept any longer. Also the answer to a copy of such a write that comes the ordinary way
    /// after it was merged: neither its version nor its conditions are what that copy asked for.
    /// </summary>
    /// <param name="Version">The version it made; zero where it made none, or that is not remembered any more.</param>
    /// <param name="Won">It is, or was, the value.</param>
    /// <param name="AlreadyDone">Not by this merge: it had been merged, had been committed the ordinary way, or was superseded by one that had seen it.</param>
    public sealed record Merged(long Version, bool Won, bool AlreadyDone) : Outcome;

    /// <summary>Not merged: the key has as many conflicts as it may. Keep the write, and try again when some are resolved.</summary>
    public sealed record MergeFull : Outcome
    {
        public static readonly MergeFull Instance = new();
    }

    /// <summary>A resolve found the conflict, which is listed no more; or did not.</summary>
    public sealed record Resolved(bool WasListed) : Outcome;

    /// <summary>
    /// The operation's deadline lies before the key's stamp: not applied now. It is <em>not done</em> only if <paramref name="NeverProposed"/> (no Accept of this
    /// proposer ever carried it) <em>and</em> the origin never sent it anywhere else, this grain's earlier activations included; then the origin observes
    /// <paramref name="Stamp"/>, stamps the operation anew (with a new id) and tries again. Otherwise it is unknown.
    /// </summary>
    public sealed record TooLate(HybridTimestamp Stamp, bool NeverProposed) : Outcome;

    /// <summary>Not done, and it never will be by this proposer: no Accept carried it. Final for the caller if no other proposer was asked.</summary>
    public sealed record NotDone(GivenUp Reason) : Outcome;

    /// <summary>Some Accept carried it and no quorum is known to have accepted: done, not done, or to be done yet.</summary>
    public sealed record Unknown(GivenUp Reason) : Outcome;
}
