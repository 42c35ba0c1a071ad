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
}
