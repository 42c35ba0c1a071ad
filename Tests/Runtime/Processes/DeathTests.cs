using System.Diagnostics;
using Orleans.Kv.Tests.Runtime.Clusters;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Runtime.Processes;

/// <summary>Silos that are killed or paused by the operating system.</summary>
[Collection(nameof(Processes))]
public sealed class DeathTests(ITestOutputHelper output)
{
    private const int Silos = 3;

    /// <summary>Two probes of a second have to be missed; the rest is slack for a machine with other things to do.</summary>
    private static readonly TimeSpan DetectionLimit = TimeSpan.FromSeconds(8);

    /// <summary>Nobody who calls a silo that is gone may wait for the response timeout of 30 s.</summary>
    private static readonly TimeSpan FastFailure = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task KilledSilo_IsDeclaredDead_AndItsGrainsLiveOnElsewhere()
    {
        await using var cluster = await ProcessCluster.Start(Silos);
        var victim = cluster.Silos[1];
        var address = await cluster.On(victim).Silo();
        var grains = await GrainsOn(cluster, address);

        await victim.Kill();

        await UntilDead(cluster, victim);
        foreach (var grain in grains)
            Assert.NotEqual(address, await Retry(grain.Silo));

        await Eventually.True(
            "the survivors to list the victim as dead",
            async () => (await cluster.Management.GetHosts()).GetValueOrDefault(address),
            status => status == SiloStatus.Dead);
    }

    [Fact]
    public async Task CallsToAKilledSilo_FailOrMoveOn_AtOnce()
    {
        await using var cluster = await ProcessCluster.Start(Silos);
        var victim = cluster.Silos[2];
        var address = await cluster.On(victim).Silo();
        var grains = await GrainsOn(cluster, address);

        // Asked through silos that live: what is shown is how they treat a neighbour that is gone.
        var askers = cluster.Silos.Where(silo => silo != victim).Select(silo => cluster.On(silo)).ToList();
        await Task.WhenAll(askers.Select(asker => asker.Silo()));
        await victim.Kill();

        foreach (var asker in askers)
        {
            for (var call = 0; call < 20; call++)
            {
                var watch = Stopwatch.StartNew();
                await Record.ExceptionAsync(() => asker.InstanceOf(grains[call % grains.Count].GetPrimaryKeyString()));
                Assert.True(watch.Elapsed < FastFailure, $"call {call} took {watch.Elapsed}");
            }
        }
    }

    [Fact]
    public async Task PausedSilo_IsDeclaredDead_AndEndsItsProcessWhenItWakes()
    {
        await using var cluster = await ProcessCluster.Start(Silos);
        var victim = cluster.Silos[1];
        await cluster.On(victim).Silo();

        victim.Pause();
        await UntilDead(cluster, victim);

        victim.Resume();
        await Eventually.Seen(
            "the process to end once it finds itself dead", () => victim.HasExited, hasExited => hasExited, TimeSpan.FromSeconds(30));
        foreach (var survivor in cluster.Silos.Where(silo => silo != victim))
            Assert.False(survivor.HasExited, $"{survivor.Arguments.Name} ended as well:\n{survivor.Output}");
    }

    [Fact]
    public async Task ShortlyPausedSilo_StaysAMember()
    {
        await using var cluster = await ProcessCluster.Start(Silos);
        var sleeper = cluster.Silos[1];
        var before = await cluster.On(sleeper).Silo();

        sleeper.Pause();
        await Task.Delay(TimeSpan.FromMilliseconds(600));
        sleeper.Resume();

        Assert.Equal(before, await Retry(() => cluster.On(sleeper).Silo()));
        foreach (var silo in cluster.Silos)
            Assert.Equal(SiloStatus.Active, (await cluster.Rows(silo.Arguments.Name))[^1].Status);
    }

    [Fact]
    public async Task SiloRestartedAtOnce_TakesThePlaceOfItsPredecessor()
    {
        await using var cluster = await ProcessCluster.Start(Silos);
        var victim = cluster.Silos[0];
        var before = await cluster.On(victim).Silo();

        await victim.Kill();
        var again = await cluster.Restart(victim);

        var rows = await cluster.Rows(again.Arguments.Name);
        Assert.Equal(before, rows[0].SiloAddress);
        Assert.Equal(SiloStatus.Dead, rows[0].Status);
        Assert.Equal(SiloStatus.Active, rows[^1].Status);
        Assert.True(rows[^1].SiloAddress.Generation > before.Generation);
        Assert.Equal(rows[^1].SiloAddress, await Retry(() => cluster.On(again).Silo()));
    }

    [Fact]
    public async Task Client_GoesOnThroughAnotherGateway_WhenItsOwnDies()
    {
        await using var cluster = await ProcessCluster.Start(2);
        var grain = cluster.Grains.GetGrain<ILifeGrain>(ClusterFixture.NewKey());
        await grain.Instance();

        // One after the other, so that whichever the client uses is hit.
        foreach (var victim in cluster.Silos.ToList())
        {
            await victim.Kill();
            await Retry(grain.Instance);
            await cluster.Restart(victim);
            await Retry(grain.Instance);
        }
    }

    private async Task UntilDead(ProcessCluster cluster, SiloProcess victim)
    {
        var took = await Eventually.True(
            $"{victim.Arguments.Name} to be declared dead",
            async () => (await cluster.Rows(victim.Arguments.Name))[0].Status,
            status => status == SiloStatus.Dead,
            DetectionLimit);
        output.WriteLine($"{victim.Arguments.Name} was declared dead after {took.TotalSeconds:0.00} s");
    }

    /// <summary>Grains that happen to live on that silo.</summary>
    private static async Task<List<ILifeGrain>> GrainsOn(ProcessCluster cluster, SiloAddress silo)
    {
        var grains = Enumerable.Range(0, 60).Select(_ => cluster.Grains.GetGrain<ILifeGrain>(ClusterFixture.NewKey())).ToList();
        var silos = await Task.WhenAll(grains.Select(grain => grain.Silo()));
        var there = grains.Where((_, index) => silos[index].Equals(silo)).ToList();
        Assert.NotEmpty(there);
        return there;
    }

    /// <summary>Calls until it succeeds: during a failure a call may fail, but not for long.</summary>
    private static async Task<T> Retry<T>(Func<Task<T>> call)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await call().WaitAsync(FastFailure);
            }
            catch (Exception) when (watch.Elapsed < TimeSpan.FromSeconds(15))
            {
                await Task.Delay(50);
            }
        }
    }
}
