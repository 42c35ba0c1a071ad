using Orleans.Concurrency;
using Orleans.Runtime.GrainDirectory;
using Orleans.Runtime.MembershipService;

namespace Orleans.Runtime.Management;

/// <summary>Asks every silo and puts the answers together. Keeps nothing, so any number may work at once, each where it is asked.</summary>
[StatelessWorker, Reentrant]
internal sealed class ManagementGrain(MembershipManager membership, ISiloControl control, GrainDirectoryService directory)
    : Grain, IManagementGrain
{
    public async Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false) =>
        (await GetDetailedHosts(onlyActive)).ToDictionary(entry => entry.SiloAddress, entry => entry.Status);

    public async Task<MembershipEntry[]> GetDetailedHosts(bool onlyActive = false)
    {
        // Whoever asks wants to know what the table says now, not what this silo last heard.
        await membership.Refresh(CancellationToken.None);
        return [.. membership.Current.Entries.Where(entry => !onlyActive || entry.Status == SiloStatus.Active)];
    }

    public Task ForceActivationCollection(SiloAddress[] hostsIds, TimeSpan ageLimit) =>
        Task.WhenAll(Hosts(hostsIds).Select(silo => control.CollectActivations(silo, ageLimit)));

    public Task ForceActivationCollection(TimeSpan ageLimit) => ForceActivationCollection([], ageLimit);

    public async Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics(SiloAddress[] hostsIds)
    {
        var counts = await Task.WhenAll(Hosts(hostsIds).Select(control.CountActivations));
        return [.. counts.SelectMany(count => count)];
    }

    public Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics() => GetSimpleGrainStatistics([]);

    public async Task<DetailedGrainStatistic[]> GetDetailedGrainStatistics(string[]? types = null, SiloAddress[]? hostsIds = null)
    {
        var lists = await Task.WhenAll(Hosts(hostsIds).Select(control.ListActivations));
        return [.. lists.SelectMany(list => list).Where(activation => types is null || types.Contains(activation.GrainType))];
    }

    public async Task<int> GetTotalActivationCount() => (await GetSimpleGrainStatistics()).Sum(statistic => statistic.ActivationCount);

    public async ValueTask<SiloAddress?> GetActivationAddress(IAddressable reference)
    {
        var entry = await directory.Lookup(reference.GetGrainId());
        return entry?.SiloAddress;
    }

    /// <summary>The silos that were named, else all active ones.</summary>
    private IEnumerable<SiloAddress> Hosts(SiloAddress[]? named) => named is { Length: > 0 }
        ? named
        : membership.Current.Entries.Where(entry => entry.Status == SiloStatus.Active).Select(entry => entry.SiloAddress);
}
