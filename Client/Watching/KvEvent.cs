namespace Orleans.Kv.Client;

/// <summary>One committed change of a watched key, or what was there when the watch began.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Key">To which key; empty for <see cref="KvEventType.Ready"/>.</param>
public sealed record KvEvent(KvEventType Type, string Key)
{
    /// <summary>The value of a <see cref="KvEventType.Current"/> or <see cref="KvEventType.Stored"/> event; null for others.</summary>
    public KvValue? Value { get; init; }

    /// <summary>
    /// Rises from event to event of a key. 0 where it is not known: for a key that never was, and for one that was deleted, and forgotten, while the watch had no connection.
    /// </summary>
    public long Version { get; init; }

    /// <summary>When it was written; null where that is not known.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>When the value expires; null for one that lives for ever.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>How many versions between the event before and this one were not told. The last state of a key always is.</summary>
    public long Skipped { get; init; }
}
