using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Orleans.Runtime;

/// <summary>What all activations of a silo share.</summary>
internal sealed class ActivationServices
{
    public required IServiceProvider Services { get; init; }

    public required SiloAddress Silo { get; init; }

    public required GrainDirectory.GrainDirectoryService Directory { get; init; }

    public required GrainReferenceActivator References { get; init; }

    public required GrainCollectionOptions Collection { get; init; }

    public required int MaxQueuedRequests { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>Where requests go that this silo has no activation for (any more).</summary>
    public required Action<Turn> Reroute { get; init; }

    /// <summary>The activation has ended.</summary>
    public required Action<Activation> OnGone { get; init; }
}
