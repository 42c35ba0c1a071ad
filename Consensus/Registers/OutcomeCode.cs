namespace Orleans.Kv.Consensus;

/// <summary>The kinds of outcome that a state remembers. The numbers are on the wire and on disk: never reuse one.</summary>
public enum OutcomeCode : byte
{
    Created = 1,
    Replaced = 2,
    Updated = 3,
    Deleted = 4,
    SwappedIntoNothing = 5,
    Swapped = 6,
    NotSwapped = 7,
    NotFound = 8,
    ConditionFailed = 9,

    /// <summary>A merged write lost, and is listed as a conflict.</summary>
    MergeLost = 10,
    Resolved = 11,
    NothingToResolve = 12,

    /// <summary>A merged write made the value. Not what a copy that came the ordinary way would have got: its conditions were judged by another state.</summary>
    MergeWon = 13,
    Touched = 14,
}
