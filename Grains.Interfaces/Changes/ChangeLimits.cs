namespace Orleans.Kv.Interfaces.Changes;

/// <summary>What a change feed bounds. The same on all silos.</summary>
public static class ChangeLimits
{
    /// <summary>Keys that one subscriber may follow by name. A filter travels whole, to every silo, whenever it changes: above this, follow a prefix.</summary>
    public const int MaxKeys = 65_536;

    /// <summary>Prefixes that one subscriber may follow; each change is compared with those of every length.</summary>
    public const int MaxPrefixes = 4_096;

    /// <summary>Bytes of keys and prefixes together, as a filter is one message.</summary>
    public const int MaxFilterBytes = 8 * 1024 * 1024;

    /// <summary>Subscribers per silo. Each is an API host; an installation has a handful.</summary>
    public const int MaxSubscribers = 64;

    /// <summary>Entries that wait for one subscriber. Who is further behind reads anew: that costs less than the rest of the way.</summary>
    public const int MaxWaiting = 65_536;

    /// <summary>Bytes that wait for one subscriber, about; a silo's memory is for the store.</summary>
    public const long MaxWaitingBytes = 32 * 1024 * 1024;

    /// <summary>Bytes of one answer, about; one entry may be larger. More would hold up what travels behind it.</summary>
    public const int MaxBatchBytes = 1024 * 1024;

    /// <summary>How long a question with nothing to tell is held: it shows that the silo lives, and should cost next to nothing.</summary>
    public static readonly TimeSpan PollPatience = TimeSpan.FromSeconds(2);

    /// <summary>A subscriber that has not asked for so long is gone: several times <see cref="PollPatience"/>, so that no pause of a live one looks like it.</summary>
    public static readonly TimeSpan SubscriberPatience = TimeSpan.FromSeconds(10);
}
