namespace Orleans.Kv.Interfaces.Replicas;

/// <summary>A replica's answer to a batch.</summary>
[GenerateSerializer, Immutable, Alias("kv.DeliveryReply")]
public sealed class DeliveryReply
{
    [Id(0)]
    public required DeliveryStatus Status { get; init; }

    /// <summary>The frame of replies; null unless delivered. A request without a reply in it was not handled.</summary>
    [Id(1)]
    public byte[]? Frame { get; init; }

    /// <summary>For a person: what is wrong.</summary>
    [Id(2)]
    public string? Detail { get; init; }
}
