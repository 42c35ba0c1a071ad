using System.Collections.ObjectModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService;

namespace Orleans.TestingHost;

/// <summary>As <see cref="TestCluster"/>, but set up by delegates, which can share objects with the test.</summary>
public sealed class InProcessTestCluster : IDisposable, IAsyncDisposable
{
    private readonly List<InProcessSiloHandle> _silos = [];
    private readonly Lock _lock = new();
    private readonly InMemoryMembershipTable _table = new();
    private IHost? _client;
    private short _started;
    private bool _disposed;

    internal InProcessTestCluster(InProcessTestClusterOptions options) => Options = options;

    public InProcessTestClusterOptions Options { get; }

    /// <summary>The silos that run, in the order of their start.</summary>
    public ReadOnlyCollection<InProcessSiloHandle> Silos
    {
        get
        {
            lock (_lock)
                return _silos.ToList().AsReadOnly();
        }
    }

    public IClusterClient Client =>
        _client?.Services.GetRequiredService<IClusterClient>() ?? throw new InvalidOperationException("The client was not started.");

    public static TimeSpan GetLivenessStabilizationTime(ClusterMembershipOptions clusterMembershipOptions, bool didKill = false) =>
        Liveness.StabilizationTime(clusterMembershipOptions, didKill);

    public async Task DeployAsync()
    {
        if (_started > 0)
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
        _client = await Start(builder.Build());
    }

    public IEnumerable<InProcessSiloHandle> GetActiveSilos() => Silos.Where(silo => silo.IsActive);

    public InProcessSiloHandle? GetSiloForAddress(SiloAddress siloAddress) =>
        GetActiveSilos().FirstOrDefault(silo => silo.SiloAddress.Equals(siloAddress));

    /// <summary>The services of one silo, by default of the first that runs.</summary>
    public IServiceProvider GetSiloServiceProvider(SiloAddress? silo = null)
    {
        var handle = GetActiveSilos().FirstOrDefault(active => silo is null || active.SiloAddress.Equals(silo));
        return handle?.ServiceProvider ?? throw new ArgumentException($"The silo {silo} does not run.", nameof(silo));
    }

    public async Task<InProcessSiloHandle> StartAdditionalSiloAsync() => (await StartSilosAsync(1))[0];

    public async Task<List<InProcessSiloHandle>> StartSilosAsync(int silosToStart)
    {
        var starts = Enumerable.Range(0, silosToStart).Select(_ => StartSilo(_started++, TestPorts.Next())).ToList();
        return [.. await Task.WhenAll(starts)];
    }

    /// <summary>Stops a silo with a good-bye.</summary>
    public Task StopSiloAsync(InProcessSiloHandle instance) => End(instance, stopGracefully: true);

    /// <summary>Ends a silo as if its process had been killed: the others have to find out by themselves.</summary>
    public Task KillSiloAsync(InProcessSiloHandle instance) => End(instance, stopGracefully: false);

    /// <summary>Stops a silo and starts another one in its place: same name, same ports, next generation.</summary>
    public async Task<InProcessSiloHandle?> RestartSiloAsync(InProcessSiloHandle instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        await StopSiloAsync(instance);
        return await StartSilo(instance.InstanceNumber, (instance.SiloAddress.Endpoint.Port, instance.GatewayAddress?.Endpoint.Port ?? 0));
    }

    public async Task StopSilosAsync()
    {
        foreach (var silo in Silos)
            await StopSiloAsync(silo);
    }

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
    public async Task WaitForLivenessToStabilizeAsync(bool didKill = false)
    {
        var silos = GetActiveSilos().ToList();
        if (silos.Count == 0)
            return;

        var options = silos[0].ServiceProvider.GetRequiredService<IOptions<ClusterMembershipOptions>>().Value;
        await Liveness.WaitUntilAgreed(silos, Liveness.StabilizationTime(options, didKill));
    }

    public void Dispose() => Task.Run(async () => await DisposeAsync()).GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;

        _disposed = true;
        await StopAllSilosAsync();
        if (_client is { } client)
            await Dispose(client);
    }

    private static async Task<IHost> Start(IHost host)
    {
        try
        {
            // Off the test's context, which may be one that the host's own tasks would then be queued behind.
            await Task.Run(() => host.StartAsync());
            return host;
        }
        catch
        {
            await Dispose(host);
            throw;
        }
    }

    private static async Task Dispose(IHost host)
    {
        if (host is IAsyncDisposable asynchronous)
            await asynchronous.DisposeAsync();
        else
            host.Dispose();
    }

    private static HostApplicationBuilder NewHost() => Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());

    private async Task End(InProcessSiloHandle silo, bool stopGracefully)
    {
        await silo.StopSiloAsync(stopGracefully);
        lock (_lock)
            _silos.Remove(silo);
        await silo.DisposeAsync();
    }

    private async Task<InProcessSiloHandle> StartSilo(short instanceNumber, (int Silo, int Gateway) ports)
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

        var host = await Start(builder.Build());
        var handle = new InProcessSiloHandle { SiloHost = host, InstanceNumber = instanceNumber };
        lock (_lock)
            _silos.Add(handle);
        return handle;
    }
}
