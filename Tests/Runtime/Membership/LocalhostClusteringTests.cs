using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Kv.Tests.Runtime.Clusters;
using Orleans.Kv.Tests.Runtime.Host;

namespace Orleans.Kv.Tests.Runtime.Membership;

/// <summary>Clustering through a primary silo that holds the table, and a client that is told its gateways.</summary>
public sealed class LocalhostClusteringTests
{
    [Fact]
    public async Task SecondSilo_FindsTheFirst_AndAClientReachesBoth()
    {
        var ports = FreePorts(4);
        var primary = new IPEndPoint(IPAddress.Loopback, ports[0]);
        using var first = Silo("first", ports[0], ports[1], null);
        await first.StartAsync();
        using var second = Silo("second", ports[2], ports[3], primary);
        await second.StartAsync();
        using var client = Client(ports[1], ports[3]);
        await client.StartAsync();

        var grains = client.Services.GetRequiredService<IClusterClient>();
        foreach (var (name, host) in new[] { ("first", first), ("second", second) })
        {
            var placed = grains.GetGrain<IPlacedGrain>($"{ClusterFixture.NewKey()}@{name}");
            Assert.Equal(host.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress, await placed.Silo());
        }

        await client.StopAsync();
        await second.StopAsync();
        var oracle = first.Services.GetRequiredService<ISiloStatusOracle>();
        await Eventually.Seen("the first to be alone", oracle.GetActiveSilos, active => active.Length == 1);
        await first.StopAsync();
    }

    private static IHost Silo(string name, int siloPort, int gatewayPort, IPEndPoint? primary)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            TestSilo.Configure(silo);
            silo.UseLocalhostClustering(siloPort, gatewayPort, primary);
            silo.Configure<SiloOptions>(options => options.SiloName = name);
        });
        return builder.Build();
    }

    private static IHost Client(params int[] gateways)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client => client.UseLocalhostClustering(gateways));
        return builder.Build();
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }
}
