namespace Orleans.Kv.Consensus;

/// <summary>
/// Rules that a test may break on purpose, to see that the simulator finds out. Reachable only through an internal constructor, and "none" in the product.
/// </summary>
[Flags]
internal enum Faults
{
    None = 0,
    QuorumOfOne = 1 << 0,
    ReuseBallotAfterFailedAccept = 1 << 1,
    ReadWithoutQuorum = 1 << 2,
    ForgetFailedTestAndSet = 1 << 3,
    IgnoreMarks = 1 << 4,
    IgnoreDeadlines = 1 << 5,
    AnswerBeforeCommit = 1 << 6,

    /// <summary>All ballots name one epoch, so that only their numbers are compared.</summary>
    BallotsWithoutEpoch = 1 << 7,

    /// <summary>Reads are confirmed by r nodes.</summary>
    ReadByPrepareQuorum = 1 << 8,

    /// <summary>A Prepare does not wait for the oldest of several generations, nor look at what it says.</summary>
    SkipGeneration = 1 << 9,

    /// <summary>A read of a key that no register holds writes back a tombstone that carries no floors: its round accepts "nothing".</summary>
    AcceptNothing = 1 << 10,

    /// <summary>A failed condition is answered before the state that remembers it is committed.</summary>
    RefusalBeforeAccept = 1 << 11,

    /// <summary>Purged registers leave the slot's floor as it was.</summary>
    PurgeWithoutFloor = 1 << 12,

    /// <summary>Purging raises the floor to the tombstone's ballot, where a higher one may be promised.</summary>
    PurgeFloorAtTombstoneBallot = 1 << 13,

    /// <summary>Purging raises the floor's stamp to the latest remembered deadline, not above it.</summary>
    PurgeStampAtDeadline = 1 << 14,

    /// <summary>A node lists a slot for a newer map's migration and goes on accepting under its own older one: there is no seal.</summary>
    ListBeforeSeal = 1 << 15,

    /// <summary>A slot's migration leaves the floors of the older generations behind.</summary>
    FloorsNotMoved = 1 << 16,

    /// <summary>A state does not look at what it remembers of merges.</summary>
    ForgetMerges = 1 << 17,

    /// <summary>What loses by a merge is not listed.</summary>
    LoserNotListed = 1 << 18,

    /// <summary>By a merge the older write wins.</summary>
    OlderStampWins = 1 << 19,

    /// <summary>A write counts as seen where it is older than the one that a pending write was judged against.</summary>
    OlderCountsAsSeen = 1 << 20,

    /// <summary>A touch leaves the version as it is: one version names two things.</summary>
    TouchKeepsVersion = 1 << 21,

    /// <summary>Changes are handed out when they are proposed.</summary>
    ChangesBeforeCommit = 1 << 22,
}
