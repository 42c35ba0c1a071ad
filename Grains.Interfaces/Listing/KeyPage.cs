using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Interfaces.Listing;

/// <summary>
/// A page of the keys that exist, in the order of their UTF-8 bytes. Over a walk from page to page, a key that exists all the while is listed exactly once, and one that does not exist
/// all the while is not listed.
/// </summary>
[GenerateSerializer, Immutable, Alias("kv.KeyPage")]
public sealed class KeyPage
{
    /// <summary>What one page may list: with the longest of keys a megabyte.</summary>
    public const int MaxKeys = 1_000;

    /// <summary>
    /// <see cref="ReplyStatus.Done"/>; <see cref="ReplyStatus.NoQuorum"/>, <see cref="ReplyStatus.Forming"/> or <see cref="ReplyStatus.Unavailable"/>, where another attempt may help;
    /// <see cref="ReplyStatus.Invalid"/>. Only the first has keys.
    /// </summary>
    [Id(0)]
    public required ReplyStatus Status { get; init; }

    /// <summary>May be fewer than were asked for although there are more: only <see cref="Next"/> tells the end.</summary>
    [Id(1)]
    public string[] Keys { get; init; } = [];

    /// <summary>The <see cref="KeyListRequest.After"/> of the next page; null at the end.</summary>
    [Id(2)]
    public string? Next { get; init; }

    /// <summary>In the available mode, without a quorum: put together of what could be reached, which may lack keys and have deleted ones.</summary>
    [Id(3)]
    public bool Stale { get; init; }

    /// <summary>The silo that put it together.</summary>
    [Id(4)]
    public string? Silo { get; init; }

    /// <summary>For a person: why there is no page.</summary>
    [Id(5)]
    public string? Detail { get; init; }
}
