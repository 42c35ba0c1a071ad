namespace Orleans.Kv.Client;

/// <summary>What an event says of its key.</summary>
public enum KvEventType
{
    /// <summary>The value that was there when the watch began.</summary>
    Current,

    /// <summary>Nothing was there when the watch began.</summary>
    Absent,

    /// <summary>A value was put there, or its expiry was changed.</summary>
    Stored,

    /// <summary>The key was deleted.</summary>
    Deleted,

    /// <summary>The key's time was over.</summary>
    Expired,

    /// <summary>Every value of a prefix that was there when the watch began has been told; what follows are changes. Comes once, and has no key.</summary>
    Ready,
}
