namespace Orleans.Kv.Interfaces.Changes;

/// <summary>All that a subscriber wants to hear of: keys by name, and all keys with a prefix.</summary>
[GenerateSerializer, Immutable, Alias("kv.FollowRequest")]
public sealed class FollowRequest
{
    /// <summary>Chosen by the subscriber, once.</summary>
    [Id(0)]
    public required Guid Subscriber { get; init; }

    /// <summary>Rises with every filter of the subscriber: one that arrives late does not replace a later one.</summary>
    [Id(1)]
    public required long Filter { get; init; }

    /// <summary>At most <see cref="ChangeLimits.MaxKeys"/>.</summary>
    [Id(2)]
    public string[] Keys { get; init; } = [];

    /// <summary>At most <see cref="ChangeLimits.MaxPrefixes"/>; the empty prefix stands for all keys.</summary>
    [Id(3)]
    public string[] Prefixes { get; init; } = [];
}
