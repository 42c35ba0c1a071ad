namespace Orleans.Kv.Interfaces.Replicas;

/// <summary>A replica's answer to a batch.</summary>
[GenerateSerializer, Immutable, Alias("kv.DeliveryReply")]
public sealed class DeliveryReply
{
    [Id(0)]
    public required DeliveryStatus Status { get; init; }

    /// <summary>The frame of replies; null unless delivered. A request without a reply in it was not handled, or must not be answered.</summary>
    [Id(1)]
    public byte[]? Frame { get; init; }

    /// <summary>For a person: what is wrong.</summary>
    [Id(2)]
    public string? Detail { get; init; }

    /// <summary>
    /// How many requests at the end of the batch were not looked at, because the replies to those before them had filled the frame. They are to be sent again. At least the first
    /// request of a batch is always looked at.
    /// </summary>
    [Id(3)]
    public int Unseen { get; init; }
}
