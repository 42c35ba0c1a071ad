using Microsoft.Extensions.DependencyInjection;
using Orleans.Kv.Tests.Runtime.Clusters;
using Orleans.Kv.Tests.Runtime.Host;
using Orleans.TestingHost;

namespace Orleans.Kv.Tests.Runtime.Membership;

/// <summary>Silos of this process that come and go.</summary>
public sealed class InProcessMembershipTests : IAsyncLifetime
{
    private InProcessTestCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(3);
        builder.ConfigureSilo((_, silo) =>
        {
            TestSilo.Configure(silo);
            EndsAlone.Use(silo);
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SiloThatEnds_IsSeenDeadByTheOthers_AndItsGrainsLiveOn(bool gracefully)
    {
        var victim = _cluster.Silos[1];
        var address = victim.SiloAddress;
        var grains = Enumerable.Range(0, 40).Select(_ => _cluster.Client.GetGrain<ILifeGrain>(ClusterFixture.NewKey())).ToList();
        Assert.Contains(address, await Task.WhenAll(grains.Select(grain => grain.Silo())));

        await (gracefully ? _cluster.StopSiloAsync(victim) : _cluster.KillSiloAsync(victim));

        foreach (var silo in _cluster.GetActiveSilos())
        {
            var oracle = silo.ServiceProvider.GetRequiredService<ISiloStatusOracle>();
            await Eventually.Seen(
                $"{silo.Name} to see it dead", () => oracle.GetApproximateSiloStatus(address), status => status == SiloStatus.Dead);
            Assert.DoesNotContain(address, oracle.GetActiveSilos());
        }

        foreach (var grain in grains)
            await Eventually.True("the grain to answer from elsewhere", () => TryAsk(grain), silo => silo is not null && !silo.Equals(address));
    }

    [Fact]
    public async Task AddedSilo_IsSeenByAll_AndServes()
    {
        var added = await _cluster.StartAdditionalSiloAsync();

        foreach (var silo in _cluster.GetActiveSilos())
        {
            var oracle = silo.ServiceProvider.GetRequiredService<ISiloStatusOracle>();
            await Eventually.Seen($"{silo.Name} to see four silos", oracle.GetActiveSilos, active => active.Contains(added.SiloAddress));
            Assert.True(oracle.TryGetSiloName(added.SiloAddress, out var name));
            Assert.Equal(added.Name, name);
        }

        var placed = _cluster.Client.GetGrain<IPlacedGrain>($"{ClusterFixture.NewKey()}@{added.Name}");
        await Eventually.True("a grain to live there", () => TryAsk(placed.Silo), silo => added.SiloAddress.Equals(silo));
    }

    [Fact]
    public async Task MembershipUpdates_TellOfASiloThatLeaves()
    {
        var leaving = _cluster.Silos[2];
        var service = _cluster.Silos[0].ServiceProvider.GetRequiredService<IClusterMembershipService>();
        Assert.Equal(SiloStatus.Active, service.CurrentSnapshot.GetSiloStatus(leaving.SiloAddress));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var seen = Task.Run(async () =>
        {
            await foreach (var snapshot in service.MembershipUpdates.WithCancellation(patience.Token))
            {
                if (snapshot.GetSiloStatus(leaving.SiloAddress) == SiloStatus.Dead)
                    return snapshot.Version;
            }

            return default;
        });

        await _cluster.StopSiloAsync(leaving);

        Assert.True(await seen > default(MembershipVersion));
    }

    [Fact]
    public async Task TryKill_DeclaresASiloDead_AndThatOneStops()
    {
        var victim = _cluster.Silos[2];
        var service = _cluster.Silos[0].ServiceProvider.GetRequiredService<IClusterMembershipService>();

        Assert.True(await service.TryKill(victim.SiloAddress));

        await Eventually.Seen(
            "the silo to be dead for others", () => service.CurrentSnapshot.GetSiloStatus(victim.SiloAddress), status => status == SiloStatus.Dead);
        var own = victim.ServiceProvider.GetRequiredService<ISiloStatusOracle>();
        await Eventually.Seen("the silo to know", () => own.CurrentStatus, status => status.IsTerminating());
    }

    private static Task<SiloAddress?> TryAsk(ILifeGrain grain) => TryAsk(grain.Silo);

    private static async Task<SiloAddress?> TryAsk(Func<Task<SiloAddress>> ask)
    {
        try
        {
            return await ask().WaitAsync(TimeSpan.FromSeconds(3));
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException or InvalidOperationException)
        {
            return null;
        }
    }
}
