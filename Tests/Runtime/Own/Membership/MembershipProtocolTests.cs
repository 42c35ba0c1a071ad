using System.Collections.Concurrent;
using System.Diagnostics;
using Orleans.Kv.Tests.Runtime.Clusters;
using Orleans.Runtime.MembershipService;

namespace Orleans.Kv.Tests.Runtime.Own.Membership;

/// <summary>Joining, dying and leaving, on made-up links that break as told.</summary>
public sealed class MembershipProtocolTests
{
    [Fact]
    public async Task SilosThatJoinAtOnce_AllBecomeActive_AndAgree()
    {
        await using var network = new FakeNetwork();
        var silos = await network.Start(10);

        foreach (var silo in silos)
        {
            await Eventually.Seen(
                $"{silo.Name} to see all ten", silo.Oracle.GetActiveSilos, active => active.Length == silos.Length);
        }

        // Ten rows inserted, ten times Joining to Active: every change raised the version by exactly one.
        Assert.Equal(2 * silos.Length, (await network.Table.ReadAll()).Version.Version);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task KilledSilo_IsOutWithinOneProbeTimeout_WhenItsConnectionsBreak(int count)
    {
        await using var network = new FakeNetwork();
        network.Options.ProbeTimeout = TimeSpan.FromSeconds(2);
        var silos = await network.Start(count);
        var watch = Stopwatch.StartNew();

        await silos[0].Kill(network, tellOthers: true);

        await Eventually.True("the victim to be dead", () => network.StatusInTable(silos[0]), status => status == SiloStatus.Dead);
        Assert.True(watch.Elapsed < network.Options.ProbeTimeout, $"took {watch.Elapsed}");
        foreach (var survivor in silos[1..])
        {
            await Eventually.Seen(
                $"{survivor.Name} to know", () => survivor.Oracle.IsDeadSilo(silos[0].Address), isDead => isDead);
            Assert.Null(survivor.Fatal);
        }
    }

    [Fact]
    public async Task KilledSilo_IsOut_EvenIfNobodyIsToldThatItsConnectionsBroke()
    {
        await using var network = new FakeNetwork();
        var silos = await network.Start(3);
        await silos[2].Kill(network, tellOthers: false);
        await Eventually.True("the victim to be dead", () => network.StatusInTable(silos[2]), status => status == SiloStatus.Dead);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task SilentSilo_IsOut_AndEndsItselfWhenItReadsSo(int count)
    {
        await using var network = new FakeNetwork();
        var silos = await network.Start(count);

        silos[1].Pause();

        await Eventually.True("the victim to be dead", () => network.StatusInTable(silos[1]), status => status == SiloStatus.Dead);
        await Eventually.Seen("the victim to end itself", () => silos[1].Fatal, fatal => fatal is not null);
        Assert.All(silos.Where(silo => silo != silos[1]), silo => Assert.Null(silo.Fatal));
    }

    [Fact]
    public async Task CutBetweenTwo_KillsNobody_WhileAThirdReachesBoth()
    {
        await using var network = new FakeNetwork();
        var silos = await network.Start(3);
        network.Cut(silos[0], silos[1]);

        // Long enough for both to have been voted out several times over.
        await Task.Delay(network.Options.ProbeTimeout * 8);

        foreach (var silo in silos)
            Assert.Equal(SiloStatus.Active, await network.StatusInTable(silo));
    }

    [Fact]
    public async Task ThreeMinorities_LeaveOneInTheCluster_AndTheOthersReturnAfterwards()
    {
        await using var network = new FakeNetwork();
        var silos = await network.Start(3);
        foreach (var from in silos)
        {
            foreach (var to in silos.Where(to => to != from))
                network.Cut(from, to);
        }

        await Eventually.True("one to be left", () => Active(silos), active => active.Length == 1);
        var left = Assert.Single(await Active(silos));
        foreach (var dead in silos.Where(silo => silo != left))
            await Eventually.Seen($"{dead.Name} to end itself", () => dead.Fatal, fatal => fatal is not null);
        Assert.Null(left.Fatal);

        network.Heal();
        foreach (var dead in silos.Where(silo => silo != left))
        {
            await dead.Kill(network, tellOthers: false);
            var again = await network.Start(dead.Name, insteadOf: dead.Address);
            await Eventually.Seen($"{left.Name} to know {again.Name}", () => left.Oracle.GetApproximateSiloStatus(again.Address), status => status == SiloStatus.Active);
        }

        // The votes of the former lives are as fresh as can be, and must not add up with anything.
        await Task.Delay(network.Options.ProbeTimeout * 4);
        Assert.Equal(SiloStatus.Active, await network.StatusInTable(left));
        Assert.Null(left.Fatal);

        async Task<FakeSilo[]> Active(FakeSilo[] among)
        {
            var statuses = await Task.WhenAll(among.Select(network.StatusInTable));
            return [.. among.Where((_, index) => statuses[index] == SiloStatus.Active)];
        }
    }

    [Fact]
    public async Task LastActiveSiloThatNobodyVotedOut_KeepsOthersOutOnlyUntilItsHeartbeatIsStale()
    {
        await using var network = new FakeNetwork();
        network.Options.NumMissedTableIAmAliveLimit = 3;
        var last = (await network.Start(1))[0];
        // Without a word to anybody, and silent rather than refused: as a machine that is gone.
        await last.Kill(network, tellOthers: false);
        last.Pause();

        var joined = await network.Start("silo-2");
        Assert.Equal(SiloStatus.Active, await network.StatusInTable(joined));
        Assert.True(joined.Waited >= network.Options.IAmAliveTablePublishTimeout, "the silent row was not waited for");
        await Eventually.True("the silent one to be dead", () => network.StatusInTable(last), status => status == SiloStatus.Dead);
    }

    [Fact]
    public async Task GracefulStop_LeavesNoVotes()
    {
        await using var network = new FakeNetwork();
        var silos = await network.Start(3);

        await silos[1].Stop();

        var row = await network.Row(silos[1]);
        Assert.Equal(SiloStatus.Dead, row.Status);
        Assert.Null(row.SuspectTimes);
        await Eventually.Seen("another to know", () => silos[0].Oracle.IsDeadSilo(silos[1].Address), isDead => isDead);
    }

    [Fact]
    public async Task AbruptStop_SaysNothing()
    {
        await using var network = new FakeNetwork();
        var silo = await network.Start("alone");
        await silo.Kill(network, tellOthers: true);
        Assert.Equal(SiloStatus.Active, await network.StatusInTable(silo));
    }

    [Fact]
    public async Task SiloOnTheSameEndpoint_EndsItsPredecessor()
    {
        await using var network = new FakeNetwork();
        var silos = await network.Start(3);
        await silos[0].Kill(network, tellOthers: false);

        var again = await network.Start(silos[0].Name, insteadOf: silos[0].Address);

        Assert.Equal(SiloStatus.Dead, await network.StatusInTable(silos[0]));
        Assert.Equal(SiloStatus.Active, await network.StatusInTable(again));
    }

    [Fact]
    public async Task EarlierInstance_DoesNotStart_WhereALaterOneRuns()
    {
        await using var network = new FakeNetwork();
        var later = await network.Start("later");
        var earlier = SiloAddress.New(later.Address.Endpoint, later.Address.Generation - 2);
        await Assert.ThrowsAsync<OrleansException>(() => network.Start("earlier", insteadOf: earlier));
        Assert.Equal(SiloStatus.Active, await network.StatusInTable(later));
    }

    [Fact]
    public async Task RemovedSilo_CannotVoteAnyMore()
    {
        await using var network = new FakeNetwork();
        var silos = await network.Start(3);
        Assert.True(await silos[0].Manager.TryKill(silos[1].Address, CancellationToken.None));

        await Assert.ThrowsAsync<OrleansException>(() => silos[1].Manager.Suspect(silos[2].Address, null, CancellationToken.None));

        Assert.Null((await network.Row(silos[2])).SuspectTimes);
    }

    [Fact]
    public async Task LoneVote_IsNotEnoughAmongThree()
    {
        await using var network = new FakeNetwork();
        var silos = await network.Start(3);
        Assert.False(await silos[0].Manager.Suspect(silos[1].Address, null, CancellationToken.None));
        Assert.True(await silos[2].Manager.Suspect(silos[1].Address, null, CancellationToken.None));
        Assert.Equal(SiloStatus.Dead, await network.StatusInTable(silos[1]));
    }

    [Fact]
    public async Task StuckJoiner_IsEvicted()
    {
        await using var network = new FakeNetwork();
        network.Options.MaxJoinAttemptTime = TimeSpan.FromMilliseconds(500);
        await network.Start(2);
        var stuck = new FakeSilo(network, "stuck", SiloAddress.New(System.Net.IPAddress.Loopback, 5, 1));
        await stuck.Manager.Initialize(CancellationToken.None);
        await stuck.Manager.SetOwnStatus(SiloStatus.Joining, CancellationToken.None);

        await Eventually.True("the joiner to be evicted", () => network.StatusInTable(stuck), status => status == SiloStatus.Dead);
    }

    [Fact]
    public async Task Listeners_SeeEveryStep_InOrder()
    {
        await using var network = new FakeNetwork();
        var watcher = await network.Start("watcher");
        var listener = new Listener();
        Assert.True(watcher.Oracle.SubscribeToSiloStatusEvents(listener));
        Assert.False(watcher.Oracle.SubscribeToSiloStatusEvents(listener));

        var other = await network.Start("other");
        await other.Stop();

        await Eventually.Seen("the end", () => listener.Seen.LastOrDefault().Status, status => status == SiloStatus.Dead);
        var steps = listener.Seen.Where(step => step.Silo.Equals(other.Address)).Select(step => step.Status).ToList();
        Assert.Equal(steps.Order(), steps);
        Assert.Equal(steps.Distinct(), steps);
    }

    [Fact]
    public async Task MembershipUpdates_StartWithThePresent_AndNeverGoBack()
    {
        await using var network = new FakeNetwork();
        var watcher = await network.Start("watcher");
        var service = new ClusterMembershipService(watcher.Manager);
        var versions = new List<MembershipVersion>();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var reading = Task.Run(async () =>
        {
            await foreach (var snapshot in service.MembershipUpdates.WithCancellation(patience.Token))
            {
                versions.Add(snapshot.Version);
                if (snapshot.Members.Values.Count(member => member.Status == SiloStatus.Active) == 4)
                    return;
            }
        });

        await network.Start(3);
        await reading;

        Assert.Equal(versions.Distinct().Order(), versions);
    }

    private sealed class Listener : ISiloStatusListener
    {
        public ConcurrentQueue<(SiloAddress Silo, SiloStatus Status)> Seen { get; } = [];

        public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status) => Seen.Enqueue((updatedSilo, status));
    }
}
