using System.Diagnostics;
using System.Text.Json;
using Orleans.Kv.Interfaces.Hosting;
using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Cluster;

[Collection(ApiCollection.Name)]
public sealed class ClusterEndpointsTests(ApiFixture api)
{
    private static readonly TimeSpan InSync = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Cluster_ListsTheNodesOfTheMapAndTheirKeys()
    {
        using var connection = new RawConnection(api.Address);
        await connection.PostAsync("/store", """{"key":"cluster-test","value":1}""");

        // The silos are in sync when they have compared what they hold.
        var (status, body) = (0, default(JsonElement));
        var watch = Stopwatch.StartNew();
        do
        {
            (status, body, _) = await connection.SendAsync("GET /cluster HTTP/1.1\r\nHost: x\r\n\r\n");
            Assert.Equal(200, status);
        }
        while (body.GetProperty("nodes").EnumerateArray().Any(node => node.GetProperty("state").GetString() != "in-sync") && watch.Elapsed < InSync);

        Assert.True(body.GetProperty("epoch").GetInt64() >= 1);
        Assert.Equal("CP", body.GetProperty("mode").GetString());
        Assert.False(body.GetProperty("migrating").GetBoolean());
        var nodes = body.GetProperty("nodes").EnumerateArray().ToList();
        Assert.Equal(3, nodes.Count);
        Assert.All(nodes, node => Assert.Equal("in-sync", node.GetProperty("state").GetString()));
        // An accept is acknowledged by two of the three; the third one has it a moment later.
        Assert.True(nodes.Count(node => node.GetProperty("keys").GetInt64() >= 1) >= 2);
        Assert.All(nodes, node => Assert.Equal(BuildVersion.Current, node.GetProperty("version").GetString()));
        Assert.Equal(BuildVersion.Current, body.GetProperty("apiVersion").GetString());
        Assert.Contains(body.GetProperty("leader").GetString(), nodes.Select(node => node.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Health_Is200WhenAllIsWell(string path)
    {
        using var connection = new RawConnection(api.Address);

        Assert.Equal(200, (await connection.SendAsync($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")).Status);
    }
}
