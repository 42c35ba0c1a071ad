namespace Orleans.Kv.Interfaces.Availability;

/// <summary>The answer to <see cref="Coordination.ICoordinatorGrain.SetMode"/>.</summary>
[GenerateSerializer, Immutable, Alias("kv.ModeReply")]
public sealed class ModeReply
{
    [Id(0)]
    public required ModeStatus Status { get; init; }

    /// <summary>The mode of the map as of the answer: 1 is CP, 2 is AP; 0 without a map.</summary>
    [Id(1)]
    public required int Mode { get; init; }

    /// <summary>That map's epoch.</summary>
    [Id(2)]
    public required long Epoch { get; init; }

    /// <summary>The nodes of the map that have not confirmed it.</summary>
    [Id(3)]
    public UnconfirmedSilo[] Unconfirmed { get; init; } = [];

    /// <summary>For a person.</summary>
    [Id(4)]
    public string? Detail { get; init; }
}
