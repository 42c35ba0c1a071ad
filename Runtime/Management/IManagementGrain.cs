namespace Orleans.Runtime;

/// <summary>Questions about the whole cluster, and orders to it. Any activation answers for all silos.</summary>
public interface IManagementGrain : IGrainWithIntegerKey
{
    /// <summary>The silos this cluster knows, dead ones included unless <paramref name="onlyActive"/>.</summary>
    Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false);

    /// <summary>The rows of the membership table.</summary>
    Task<MembershipEntry[]> GetDetailedHosts(bool onlyActive = false);

    /// <summary>Deactivates what has been idle for that long, on these silos.</summary>
    Task ForceActivationCollection(SiloAddress[] hostsIds, TimeSpan ageLimit);

    /// <summary>Deactivates what has been idle for that long, on all silos.</summary>
    Task ForceActivationCollection(TimeSpan ageLimit);

    /// <summary>How many activations of each grain class these silos have.</summary>
    Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics(SiloAddress[] hostsIds);

    /// <summary>How many activations of each grain class every silo has.</summary>
    Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics();

    /// <summary>Every activation, of these grain classes and silos where they are given.</summary>
    Task<DetailedGrainStatistic[]> GetDetailedGrainStatistics(string[]? types = null, SiloAddress[]? hostsIds = null);

    Task<int> GetTotalActivationCount();

    /// <summary>The silo where a grain is active, as the directory knows it at this moment; null where it is not.</summary>
    ValueTask<SiloAddress?> GetActivationAddress(IAddressable reference);
}
