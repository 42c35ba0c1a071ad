using Orleans.Serialization;

namespace Orleans.Runtime.Messaging;

/// <summary>What the requests in a silo share.</summary>
internal sealed class SiloCallServices
{
    public required MessageBodyCodec Codec { get; init; }

    /// <summary>Calls of this process that wait for an activation in this process, or for its address.</summary>
    public PendingCalls LocalCalls { get; } = new();

    public required GrainCallFilters Filters { get; init; }

    public required ILocationListener Locations { get; init; }

    public required bool DropExpired { get; init; }
}
