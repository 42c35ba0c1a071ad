namespace Orleans.Kv.Api.Watching;

/// <summary>What an event tells of its key.</summary>
internal enum WatchEventKind
{
    /// <summary>The value that was there when the watch began.</summary>
    Current,

    /// <summary>Nothing was there when the watch began.</summary>
    Absent,

    /// <summary>A value was put there.</summary>
    Stored,

    /// <summary>The value was deleted.</summary>
    Deleted,

    /// <summary>The value's time was over.</summary>
    Expired,

    /// <summary>Every value of a prefix that was there when the watch began has been told; what follows are changes.</summary>
    Ready,
}
