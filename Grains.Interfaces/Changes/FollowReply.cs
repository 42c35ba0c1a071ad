namespace Orleans.Kv.Interfaces.Changes;

[GenerateSerializer, Immutable, Alias("kv.FollowReply")]
public sealed class FollowReply
{
    [Id(0)]
    public required FollowStatus Status { get; init; }

    /// <summary>
    /// The subscription: another one than in an earlier answer means that the silo had none any more, and that what happened between is not told. Its entries are numbered from 1.
    /// </summary>
    [Id(1)]
    public Guid Incarnation { get; init; }

    /// <summary>The number of the filter in force, which may be a later one.</summary>
    [Id(2)]
    public long Filter { get; init; }

    /// <summary>For a person, where it is not in force.</summary>
    [Id(3)]
    public string? Detail { get; init; }
}
