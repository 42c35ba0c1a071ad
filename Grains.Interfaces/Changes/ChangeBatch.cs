namespace Orleans.Kv.Interfaces.Changes;

/// <summary>The answer of a change feed to one question.</summary>
[GenerateSerializer, Immutable, Alias("kv.ChangeBatch")]
public sealed class ChangeBatch
{
    [Id(0)]
    public required ChangeStatus Status { get; init; }

    /// <summary>The subscription that answers.</summary>
    [Id(1)]
    public Guid Incarnation { get; init; }

    /// <summary>The number of the last entry, or the one to go on from: the next question's <see cref="PollRequest.After"/>.</summary>
    [Id(2)]
    public long Last { get; init; }

    /// <summary>In the order in which the silo came to know of them.</summary>
    [Id(3)]
    public ChangeEntry[] Entries { get; init; } = [];

    /// <summary>For a person, where nothing can be told.</summary>
    [Id(4)]
    public string? Detail { get; init; }
}
