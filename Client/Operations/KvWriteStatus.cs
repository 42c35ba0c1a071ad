namespace Orleans.Kv.Client;

/// <summary>What became of a write.</summary>
public enum KvWriteStatus
{
    /// <summary>Committed, and the key was not there before.</summary>
    Created,

    /// <summary>Committed: the value or its expiry replaces what was there.</summary>
    Replaced,

    /// <summary>Committed: the key is gone.</summary>
    Deleted,

    /// <summary>Not done: nothing is stored under the key.</summary>
    NotFound,

    /// <summary>Not done: <see cref="KvWriteOptions.IfVersion"/> or <see cref="KvWriteOptions.IfAbsent"/> did not hold.</summary>
    ConditionFailed,

    /// <summary>Kept by the silos that can be reached until a quorum is back (AP mode): it counts then, unless a later write does.</summary>
    NotCommitted,
}
