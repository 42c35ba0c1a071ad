using System.Collections.ObjectModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService;

namespace Orleans.TestingHost;

/// <summary>As <see cref="TestCluster"/>, but set up by delegates, which can share objects with the test.</summary>
public sealed class InProcessTestCluster : IDisposable, IAsyncDisposable
{
    private readonly TestSilos _silos = new();
    private readonly InMemoryMembershipTable _table = new();
    private IHost? _client;
    private bool _disposed;

    internal InProcessTestCluster(InProcessTestClusterOptions options) => Options = options;

    public InProcessTestClusterOptions Options { get; }

    /// <summary>The silos that run, in the order of their start.</summary>
    public ReadOnlyCollection<InProcessSiloHandle> Silos => _silos.All;

    public IClusterClient Client =>
        _client?.Services.GetRequiredService<IClusterClient>() ?? throw new InvalidOperationException("The client was not started.");

    public static TimeSpan GetLivenessStabilizationTime(ClusterMembershipOptions clusterMembershipOptions, bool didKill = false) =>
        Liveness.StabilizationTime(clusterMembershipOptions, didKill);

    public async Task DeployAsync()
    {
        if (_silos.WasStarted)
            throw new InvalidOperationException("The cluster is deployed already.");

        try
        {
            await StartSilosAsync(Options.InitialSilosCount);
            if (Options.InitializeClientOnDeploy)
                await InitializeClientAsync();
        }
        catch
        {
            // A test that cannot have its cluster will not dispose of it either.
            await DisposeAsync();
            throw;
        }
    }

    public async Task InitializeClientAsync()
    {
        var builder = NewHost();
        builder.UseOrleansClient(client => TestSiloServices.ConfigureClient(client, Options.ClusterId, Options.ServiceId, _table));
        foreach (var configure in Options.ClientHostConfigurationDelegates)
            configure(builder);
        _client = await TestHosts.Start(builder.Build());
    }

    public IEnumerable<InProcessSiloHandle> GetActiveSilos() => _silos.Active;

    public InProcessSiloHandle? GetSiloForAddress(SiloAddress siloAddress) => _silos.At(siloAddress);

    /// <summary>The services of one silo, by default of the first that runs.</summary>
    public IServiceProvider GetSiloServiceProvider(SiloAddress? silo = null) => _silos.ServicesOf(silo);

    public async Task<InProcessSiloHandle> StartAdditionalSiloAsync() => (await StartSilosAsync(1))[0];

    public Task<List<InProcessSiloHandle>> StartSilosAsync(int silosToStart) => _silos.Start(silosToStart, BuildSilo);

    /// <summary>Stops a silo with a good-bye.</summary>
    public Task StopSiloAsync(InProcessSiloHandle instance) => _silos.End(instance, stopGracefully: true);

    /// <summary>Ends a silo as if its process had been killed: the others have to find out by themselves.</summary>
    public Task KillSiloAsync(InProcessSiloHandle instance) => _silos.End(instance, stopGracefully: false);

    /// <summary>Stops a silo and starts another one in its place: same name, same ports, next generation.</summary>
    public async Task<InProcessSiloHandle?> RestartSiloAsync(InProcessSiloHandle instance) => await _silos.Restart(instance, BuildSilo);

    public Task StopSilosAsync() => _silos.EndAll();

    public void StopAllSilos() => Task.Run(StopAllSilosAsync).GetAwaiter().GetResult();

    public async Task StopAllSilosAsync()
    {
        await StopClusterClientAsync();
        await StopSilosAsync();
    }

    public async Task StopClusterClientAsync()
    {
        if (_client is { } client)
            await client.StopAsync();
    }

    /// <summary>Waits until every silo that runs sees exactly those that run as active.</summary>
    public Task WaitForLivenessToStabilizeAsync(bool didKill = false) => _silos.WaitUntilAgreed(didKill);

    public void Dispose() => Task.Run(async () => await DisposeAsync()).GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;

        _disposed = true;
        await StopAllSilosAsync();
        if (_client is { } client)
            await TestHosts.Dispose(client);
    }

    private static HostApplicationBuilder NewHost() => Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());

    private IHost BuildSilo(short instanceNumber, (int Silo, int Gateway) ports)
    {
        var options = new InProcessTestSiloSpecificOptions
        {
            SiloName = $"Silo_{instanceNumber}",
            SiloPort = ports.Silo,
            GatewayPort = ports.Gateway,
        };
        var builder = NewHost();
        builder.UseOrleans(silo => TestSiloServices.ConfigureSilo(
            silo, options.SiloName, options.SiloPort, options.GatewayPort, Options.ClusterId, Options.ServiceId, _table));
        foreach (var configure in Options.SiloHostConfigurationDelegates)
            configure(options, builder);
        return builder.Build();
    }
}
