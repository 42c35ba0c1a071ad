using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime;

/// <summary>
/// This silo's opinion about the status of every silo. It may lag: a silo it calls active may be gone. But what it calls dead was
/// declared dead in the table.
/// </summary>
public interface ISiloStatusOracle
{
    SiloStatus CurrentStatus { get; }

    string SiloName { get; }

    SiloAddress SiloAddress { get; }

    SiloAddress[] GetActiveSilos();

    SiloStatus GetApproximateSiloStatus(SiloAddress siloAddress);

    Dictionary<SiloAddress, SiloStatus> GetApproximateSiloStatuses(bool onlyActive = false);

    bool TryGetSiloName(SiloAddress siloAddress, [NotNullWhen(true)] out string? siloName);

    /// <summary>Whether new activations may be made on that silo.</summary>
    bool IsFunctionalDirectory(SiloAddress siloAddress);

    bool IsDeadSilo(SiloAddress silo);

    /// <returns>False where it was subscribed already.</returns>
    bool SubscribeToSiloStatusEvents(ISiloStatusListener observer);

    /// <returns>False where it was not subscribed.</returns>
    bool UnSubscribeFromSiloStatusEvents(ISiloStatusListener observer);
}
