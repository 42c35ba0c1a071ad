namespace Orleans.Kv.Interfaces.Changes;

[GenerateSerializer, Immutable, Alias("kv.PollRequest")]
public sealed class PollRequest
{
    [Id(0)]
    public required Guid Subscriber { get; init; }

    /// <summary>The subscription, as <see cref="FollowReply"/> named it.</summary>
    [Id(1)]
    public required Guid Incarnation { get; init; }

    /// <summary>Acknowledges all entries up to this number (the <see cref="ChangeBatch.Last"/> of the last answer): they are forgotten. 0 at first.</summary>
    [Id(2)]
    public required long After { get; init; }
}
