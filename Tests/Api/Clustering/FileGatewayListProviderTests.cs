using System.Net;
using Orleans.Kv.Interfaces.Clustering;

namespace Orleans.Kv.Tests.Api.Clustering;

public sealed class FileGatewayListProviderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task GetGateways_WithoutAFile_IsEmpty() => Assert.Empty(await Provider().GetGateways());

    [Fact]
    public async Task GetGateways_NamesActiveSilosThatHaveAGateway()
    {
        var table = Tables.Open(_directory.File("cluster.json"));
        var silent = Tables.Entry("no-gateway", 1006);
        silent.ProxyPort = 0;
        MembershipEntry[] entries =
        [
            Tables.Entry("active", 1000, generation: 7),
            Tables.Entry("dead", 1002, status: SiloStatus.Dead),
            Tables.Entry("joining", 1004, status: SiloStatus.Joining),
            silent,
        ];
        foreach (var entry in entries) Assert.True(await table.InsertRow(entry, (await table.ReadAll()).Version.Next()));

        Assert.Equal([new Uri("gwy.tcp://127.0.0.1:1001/7")], await Provider().GetGateways());
    }

    [Fact]
    public async Task GetGateways_WithFixedOnes_NamesThemBesidesTheListed_AndNoneTwice()
    {
        var table = Tables.Open(_directory.File("cluster.json"));
        Assert.True(await table.InsertRow(Tables.Entry("active", 1000, generation: 7), (await table.ReadAll()).Version.Next()));

        var gateways = await Provider("127.0.0.1:1001", "127.0.0.1:1003").GetGateways();
        Assert.Equal([new Uri("gwy.tcp://127.0.0.1:1001/7"), new Uri("gwy.tcp://127.0.0.1:1003/0")], gateways);
    }

    [Fact]
    public async Task GetGateways_OfADamagedFile_NamesTheFixedOnes_AndFailsWithoutAny()
    {
        await File.WriteAllTextAsync(_directory.File("cluster.json"), "{");
        Assert.Equal([new Uri("gwy.tcp://127.0.0.1:1003/0")], await Provider("127.0.0.1:1003").GetGateways());
        await Assert.ThrowsAsync<ClusterFileException>(() => Provider().GetGateways());
    }

    private FileGatewayListProvider Provider(params string[] fixedGateways) =>
        new(
            new ClusterFile(new FileClusteringOptions { Path = _directory.File("cluster.json") }, TimeProvider.System),
            Tables.ClusterId,
            TimeSpan.FromSeconds(1),
            [.. fixedGateways.Select(IPEndPoint.Parse)]);
}
