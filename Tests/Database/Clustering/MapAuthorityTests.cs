using System.Net;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Tests.Database.Clustering;

[Collection(DatabaseTests.Name)]
public sealed class MapAuthorityTests(DatabaseTests.Fixture database)
{
    private readonly PostgresMapAuthority _authority = database.Authority(database.NewCluster());

    [PostgresFact]
    public async Task Read_OfAClusterThatNobodyBegan_IsEmpty()
    {
        var view = await _authority.Read(default);

        Assert.Equal((0L, 0, 0), (view.Epoch, view.Map.Length, view.Nodes.Count));
    }

    [PostgresFact]
    public async Task TryInstall_FollowsTheExpectedEpochAndNoOther()
    {
        Assert.False(await Install(epoch: 6, expected: 5));
        Assert.True(await Install(epoch: 1, expected: 0));
        Assert.False(await Install(epoch: 1, expected: 0));
        Assert.True(await Install(epoch: 3, expected: 1));

        var view = await _authority.Read(default);
        Assert.Equal(3, view.Epoch);
        Assert.Equal(Map(3), view.Map.ToArray());
        await Assert.ThrowsAsync<ArgumentException>(async () => await Install(epoch: 3, expected: 3));
    }

    [PostgresFact]
    public async Task OfManyWhoInstallAtOnce_ExactlyOneWins_EpochAfterEpoch()
    {
        const int Rivals = 8;
        for (var epoch = 1; epoch <= 10; epoch++)
        {
            var won = await Task.WhenAll(Enumerable.Range(0, Rivals).Select(rival => Task.Run(async () =>
                await _authority.TryInstall(new[] { (byte)epoch, (byte)rival }, epoch, epoch - 1, [], default))));

            var winner = Assert.Single(Enumerable.Range(0, Rivals), rival => won[rival]);
            var view = await _authority.Read(default);
            Assert.Equal(epoch, view.Epoch);
            Assert.Equal([(byte)epoch, (byte)winner], view.Map.ToArray());
        }
    }

    [PostgresFact]
    public async Task Register_OneRecordPerName_TheNewestWins()
    {
        await _authority.Register(Node("silo-1", "aa", generation: 1), default);
        await _authority.Register(Node("silo-2", "bb", generation: 1), default);
        await _authority.Register(Node("silo-1", "cc", generation: 2) with { Durable = true }, default);

        Assert.Equal([Node("silo-1", "cc", generation: 2) with { Durable = true }, Node("silo-2", "bb", generation: 1)], (await _authority.Read(default)).Nodes);
    }

    [PostgresFact]
    public async Task TryInstall_MarksItsStoresAsMembers_AndNothingTakesThatBackFromTheSameStore()
    {
        await _authority.Register(Node("silo-1", "aa"), default);
        await _authority.Register(Node("silo-2", "bb"), default);
        Assert.False(await Install(epoch: 2, expected: 1, "aa", "bb"));
        Assert.DoesNotContain((await _authority.Read(default)).Nodes, node => node.WasMember);
        Assert.True(await Install(epoch: 1, expected: 0, "aa"));
        await _authority.Register(Node("silo-1", "aa", generation: 2), default);
        Assert.Equal([true, false], (await _authority.Read(default)).Nodes.Select(node => node.WasMember));

        await _authority.Register(Node("silo-1", "cc"), default);
        Assert.Equal([false, false], (await _authority.Read(default)).Nodes.Select(node => node.WasMember));
    }

    [PostgresFact]
    public async Task Register_WhileTheMapIsInstalled_LosesNoMark()
    {
        // A mark that is lost lets a store come back that slept through purges: whichever comes first, the store that the map has must be marked in the end.
        for (var round = 0; round < 20; round++)
        {
            var name = $"silo-{round}";
            await _authority.Register(Node(name, $"store-{round}"), default);
            await Task.WhenAll(
                Task.Run(async () => Assert.True(await Install(round + 1, round, $"store-{round}"))),
                Task.Run(async () => await _authority.Register(Node(name, $"store-{round}", generation: 2), default)));
            Assert.True((await _authority.Read(default)).Nodes.Single(node => node.Name == name).WasMember, $"round {round}");
        }
    }

    [PostgresFact]
    public async Task SetDraining_OfAnotherStore_IsRefused()
    {
        await _authority.Register(Node("silo-1", "aa"), default);

        Assert.False(await _authority.SetDraining("silo-1", "bb", true, default));
        Assert.False(await _authority.SetDraining("silo-2", "aa", true, default));
        Assert.True(await _authority.SetDraining("silo-1", "aa", true, default));
        Assert.True(Assert.Single((await _authority.Read(default)).Nodes).Draining);
        Assert.True(await _authority.SetDraining("silo-1", "aa", false, default));
        Assert.False(Assert.Single((await _authority.Read(default)).Nodes).Draining);
    }

    [PostgresFact]
    public async Task ClustersOfOneDatabase_HaveAMapEach()
    {
        Assert.True(await Install(epoch: 1, expected: 0));

        Assert.Equal(0, (await database.Authority(database.NewCluster()).Read(default)).Epoch);
    }

    private ValueTask<bool> Install(long epoch, long expected, params string[] stores) => _authority.TryInstall(Map(epoch), epoch, expected, stores, default);

    private static byte[] Map(long epoch) => [0, (byte)epoch, 255];

    private static NodeRecord Node(string name, string store, int generation = 1) =>
        new(name, store, SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1000), generation));
}
