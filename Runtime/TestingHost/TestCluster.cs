using System.Collections.ObjectModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService;

namespace Orleans.TestingHost;

/// <summary>
/// A cluster for tests: silos and a client in this process, talking to each other through real sockets on loopback. Each silo is a
/// host of its own with its own services; what they share is a membership table in memory, so any of them may die.
/// </summary>
public class TestCluster : IDisposable, IAsyncDisposable
{
    private readonly List<SiloHandle> _silos = [];
    private readonly Lock _lock = new();
    private readonly InMemoryMembershipTable _table = new();
    private readonly IReadOnlyList<IConfigurationSource> _configuration;
    private IHost? _client;
    private short _started;
    private bool _disposed;

    internal TestCluster(TestClusterOptions options, IReadOnlyList<IConfigurationSource> configuration)
    {
        Options = options;
        _configuration = configuration;
    }

    public TestClusterOptions Options { get; }

    public IReadOnlyList<IConfigurationSource> ConfigurationSources => _configuration;

    /// <summary>The first silo, while it runs.</summary>
    public SiloHandle? Primary => Silos.FirstOrDefault(silo => silo.InstanceNumber == 0);

    public IReadOnlyList<SiloHandle> SecondarySilos => [.. Silos.Where(silo => silo.InstanceNumber != 0)];

    /// <summary>The silos that run, in the order of their start.</summary>
    public ReadOnlyCollection<SiloHandle> Silos
    {
        get
        {
            lock (_lock)
                return _silos.ToList().AsReadOnly();
        }
    }

    public IClusterClient Client => ServiceProvider.GetRequiredService<IClusterClient>();

    public IGrainFactory GrainFactory => Client;

    /// <summary>The client's services.</summary>
    public IServiceProvider ServiceProvider => _client?.Services ?? throw new InvalidOperationException("The client was not started.");

    private IReadOnlyList<InProcessSiloHandle> ActiveSilos => [.. GetActiveSilos().OfType<InProcessSiloHandle>()];

    private InMemoryMembershipTable? Table => Options.UseTestClusterMembership ? _table : null;

    public static TimeSpan GetLivenessStabilizationTime(ClusterMembershipOptions clusterMembershipOptions, bool didKill = false) =>
        Liveness.StabilizationTime(clusterMembershipOptions, didKill);

    public void Deploy() => Wait(DeployAsync);

    public async Task DeployAsync()
    {
        if (_started > 0)
            throw new InvalidOperationException("The cluster is deployed already.");

        try
        {
            await StartAdditionalSilosAsync(Options.InitialSilosCount);
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
        builder.UseOrleansClient((_, client) => TestSiloServices.ConfigureClient(client, Options.ClusterId, Options.ServiceId, Table));
        foreach (var configurator in Make(Options.ClientBuilderConfiguratorTypes))
        {
            (configurator as IHostConfigurator)?.Configure(builder);
            if (configurator is IClientBuilderConfigurator client)
                builder.UseOrleansClient((context, clientBuilder) => client.Configure(context.Configuration, clientBuilder));
        }

        _client = await Start(builder.Build());
    }

    public IEnumerable<SiloHandle> GetActiveSilos() => Silos.Where(silo => silo.IsActive);

    public SiloHandle? GetSiloForAddress(SiloAddress siloAddress) => GetActiveSilos().FirstOrDefault(silo => silo.SiloAddress.Equals(siloAddress));

    /// <summary>The services of one silo, by default of the first that runs.</summary>
    public IServiceProvider GetSiloServiceProvider(SiloAddress? silo = null)
    {
        var handle = ActiveSilos.FirstOrDefault(active => silo is null || active.SiloAddress.Equals(silo));
        return handle?.ServiceProvider ?? throw new ArgumentException($"The silo {silo} does not run.", nameof(silo));
    }

    public SiloHandle StartAdditionalSilo(bool startAdditionalSiloOnNewPort = false) =>
        Task.Run(() => StartAdditionalSiloAsync(startAdditionalSiloOnNewPort)).GetAwaiter().GetResult();

    public async Task<SiloHandle> StartAdditionalSiloAsync(bool startAdditionalSiloOnNewPort = false) =>
        (await StartAdditionalSilosAsync(1, startAdditionalSiloOnNewPort))[0];

    public async Task<List<SiloHandle>> StartAdditionalSilosAsync(int silosToStart, bool startAdditionalSiloOnNewPort = false)
    {
        var starts = Enumerable.Range(0, silosToStart).Select(_ => StartSilo(_started++, TestPorts.Next())).ToList();
        return [.. await Task.WhenAll(starts)];
    }

    /// <summary>Stops a silo with a good-bye.</summary>
    public Task StopSiloAsync(SiloHandle instance) => End(instance, stopGracefully: true);

    /// <summary>Ends a silo as if its process had been killed: the others have to find out by themselves.</summary>
    public Task KillSiloAsync(SiloHandle instance) => End(instance, stopGracefully: false);

    /// <summary>Stops a silo and starts another one in its place: same name, same ports, next generation.</summary>
    public async Task<SiloHandle?> RestartSiloAsync(SiloHandle instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        await StopSiloAsync(instance);
        return await StartSilo(instance.InstanceNumber, (instance.SiloAddress.Endpoint.Port, instance.GatewayAddress?.Endpoint.Port ?? 0));
    }

    public async Task StopPrimarySiloAsync()
    {
        if (Primary is { } primary)
            await StopSiloAsync(primary);
    }

    public async Task StopSecondarySilosAsync()
    {
        foreach (var silo in SecondarySilos)
            await StopSiloAsync(silo);
    }

    public void StopAllSilos() => Wait(StopAllSilosAsync);

    public async Task StopAllSilosAsync()
    {
        await StopClusterClientAsync();
        foreach (var silo in Silos)
            await StopSiloAsync(silo);
    }

    public async Task StopClusterClientAsync()
    {
        if (_client is { } client)
            await client.StopAsync();
    }

    /// <summary>Ends the client as if its process had been killed.</summary>
    public async Task KillClientAsync()
    {
        if (Interlocked.Exchange(ref _client, null) is not { } client)
            return;

        try
        {
            await client.StopAsync(new CancellationToken(canceled: true));
        }
        catch (OperationCanceledException)
        {
            // Cut short, as asked.
        }

        await Dispose(client);
    }

    /// <summary>Waits until every silo that runs sees exactly those that run as active.</summary>
    public async Task WaitForLivenessToStabilizeAsync(bool didKill = false)
    {
        var silos = ActiveSilos;
        if (silos.Count == 0)
            return;

        var options = silos[0].ServiceProvider.GetRequiredService<IOptions<ClusterMembershipOptions>>().Value;
        await Liveness.WaitUntilAgreed(silos, Liveness.StabilizationTime(options, didKill));
    }

    public void Dispose()
    {
        Wait(async () => await DisposeAsync());
        GC.SuppressFinalize(this);
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;

        _disposed = true;
        await StopAllSilosAsync();
        foreach (var silo in Silos)
            await silo.DisposeAsync();
        if (_client is { } client)
            await Dispose(client);
        GC.SuppressFinalize(this);
    }

    private static void Wait(Func<Task> action) => Task.Run(action).GetAwaiter().GetResult();

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

    private static IEnumerable<object> Make(IEnumerable<string?> types) =>
        types.Select(type => Activator.CreateInstance(Type.GetType(type!, throwOnError: true)!)!);

    private async Task End(SiloHandle silo, bool stopGracefully)
    {
        await silo.StopSiloAsync(stopGracefully);
        lock (_lock)
            _silos.Remove(silo);
        await silo.DisposeAsync();
    }

    private async Task<SiloHandle> StartSilo(short instanceNumber, (int Silo, int Gateway) ports)
    {
        var name = instanceNumber == 0 ? "Primary" : $"Secondary_{instanceNumber}";
        var builder = NewHost();
        builder.UseOrleans((_, silo) =>
            TestSiloServices.ConfigureSilo(silo, name, ports.Silo, ports.Gateway, Options.ClusterId, Options.ServiceId, Table));
        foreach (var configurator in Make(Options.SiloBuilderConfiguratorTypes))
        {
            (configurator as IHostConfigurator)?.Configure(builder);
            if (configurator is ISiloConfigurator silo)
                builder.UseOrleans((_, siloBuilder) => silo.Configure(siloBuilder));
        }

        var host = await Start(builder.Build());
        var handle = new InProcessSiloHandle { SiloHost = host, InstanceNumber = instanceNumber, ClusterOptions = Options };
        lock (_lock)
            _silos.Add(handle);
        return handle;
    }

    private HostBuilder NewHost()
    {
        var builder = new HostBuilder();
        builder.ConfigureHostConfiguration(configuration =>
        {
            foreach (var source in _configuration)
                configuration.Add(source);
        });
        return builder;
    }
}
