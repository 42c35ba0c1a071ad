namespace Orleans.Kv.Consensus;

public enum OperationKind : byte
{
    /// <summary>Reads. Has no effect, hence needs no exactly-once.</summary>
    Fetch = 1,

    /// <summary>Creates or replaces.</summary>
    Store = 2,

    /// <summary>Replaces what exists.</summary>
    Update = 3,

    /// <summary>Writes a tombstone over what exists.</summary>
    Delete = 4,

    /// <summary>Replaces what equals the expected value (or is absent, where that was expected).</summary>
    TestAndSet = 5,

    /// <summary>Applies a write that was accepted without a quorum, if it is newer; otherwise lists it as a conflict. See <see cref="PendingWrite"/>.</summary>
    Merge = 6,

    /// <summary>Takes a conflict off the list.</summary>
    Resolve = 7,

    /// <summary>Sets anew when what exists expires. The value stays, and so does the time of its last write; the version rises, as for everything that a reader can see change.</summary>
    Touch = 8,
}
