namespace Orleans.Kv.Interfaces.Operations;

/// <summary>How an operation ended. The numbers cross the wire: add, never renumber.</summary>
[GenerateSerializer, Alias("kv.ReplyStatus")]
public enum ReplyStatus : byte
{
    /// <summary>Committed (or, for a fetch, read linearizably). A test-and-set that did not find what it expected is done too, with
    /// <see cref="OperationReply.Swapped"/> false.</summary>
    Done = 0,

    /// <summary>Nothing is stored under the key. For a delete or an update: certain, and remembered as the operation's outcome.</summary>
    NotFound = 1,

    /// <summary>The version or the absence that was asked for was not found; the reply carries what is there. Certain.</summary>
    ConditionFailed = 2,

    /// <summary>
    /// The operation's deadline lies before the key's stamp, which the reply carries, and this proposer never sent it out: if no other
    /// proposer was asked it is not done, and may be tried again as a new operation with a clock that has observed the stamp.
    /// If another one was asked, its outcome is unknown.
    /// </summary>
    TooLate = 3,

    /// <summary>It may have happened or not, and may still happen until its deadline: nobody can know any more.</summary>
    Unknown = 4,

    /// <summary>Too few replicas answered. Nothing was sent out that could still take effect by itself; retry with the same id.</summary>
    NoQuorum = 5,

    /// <summary>The cluster has no map yet: too few nodes have joined since it was created.</summary>
    Forming = 6,

    /// <summary>This silo cannot serve (it is stopping, or it cannot reach the authority). Ask another.</summary>
    Unavailable = 7,

    /// <summary>A bound is met (queue, remembered outcomes, memory). Not done; retry later.</summary>
    Overloaded = 8,

    /// <summary>The request breaks a limit or a rule of its kind; <see cref="OperationReply.Detail"/> says which. Not done.</summary>
    Invalid = 9,

    /// <summary>Numbered below its origin's mark: a copy of something long answered, whose answer nobody waits for.</summary>
    Ghost = 10,

    /// <summary>
    /// Kept, not committed: no quorum could be reached, and in the available mode the write waits on the silos that could be for the others to return. What
    /// was written last then counts; what loses is listed as a conflict.
    /// </summary>
    Accepted = 11,

    /// <summary>No quorum, and no room for one more pending write. Not done.</summary>
    PendingFull = 12,
}
