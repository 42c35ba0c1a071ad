using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Tests.Runtime.Host;
using Orleans.Kv.Tests.Runtime.Host.Clustering;

namespace Orleans.Kv.Tests.Runtime.Processes;

/// <summary>Silos in processes of their own, with a membership file between them, and a client in this process.</summary>
public sealed class ProcessCluster : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("engine-tests-");
    private readonly List<SiloProcess> _silos = [];
    private IHost _client = null!;

    private ProcessCluster()
    {
    }

    private string Table => Path.Combine(_directory.FullName, "members.json");

    public IReadOnlyList<SiloProcess> Silos => _silos;

    public IGrainFactory Grains => _client.Services.GetRequiredService<IClusterClient>();

    public IManagementGrain Management => Grains.GetGrain<IManagementGrain>(0);

    public static async Task<ProcessCluster> Start(int count)
    {
        var cluster = new ProcessCluster();
        try
        {
            var starts = Enumerable.Range(1, count).Select(number => SiloProcess.Start(cluster.NewArguments($"silo-{number}"))).ToList();
            foreach (var start in starts)
                cluster._silos.Add(await start);
            var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
            builder.Logging.ClearProviders();
            builder.UseOrleansClient(client => TestSilo.ConfigureClient(client, cluster.Table));
            var client = builder.Build();
            await client.StartAsync();
            cluster._client = client;
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Another process in the place of one that is gone: same name, same ports.</summary>
    public async Task<SiloProcess> Restart(SiloProcess silo)
    {
        var again = await SiloProcess.Start(silo.Arguments);
        _silos[_silos.IndexOf(silo)] = again;
        await silo.DisposeAsync();
        return again;
    }

    /// <summary>A grain that lives on a certain silo.</summary>
    public IPlacedGrain On(SiloProcess silo) => Grains.GetGrain<IPlacedGrain>($"{Guid.NewGuid():N}@{silo.Arguments.Name}");

    /// <summary>What the table says about the silos of one name, latest generation last.</summary>
    public async Task<IReadOnlyList<MembershipEntry>> Rows(string name)
    {
        var data = await new SharedFileTable(Table).ReadAll();
        return [.. data.Members.Select(row => row.Item1).Where(row => row.SiloName == name).OrderBy(row => row.SiloAddress.Generation)];
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.StopAsync();
            _client.Dispose();
        }

        foreach (var silo in _silos)
            await silo.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private HostArguments NewArguments(string name) => new(name, Table, Ports.Next(), Ports.Next());
}
