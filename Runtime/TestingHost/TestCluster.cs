using System.Collections.ObjectModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
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
    private readonly TestSilos _silos;
    private readonly InMemoryMembershipTable _table = new();
    private readonly IReadOnlyList<IConfigurationSource> _configuration;
    private IHost? _client;
    private bool _disposed;

    internal TestCluster(TestClusterOptions options, IReadOnlyList<IConfigurationSource> configuration)
    {
        Options = options;
        _configuration = configuration;
        _silos = new TestSilos(options);
    }

    public TestClusterOptions Options { get; }

    public IReadOnlyList<IConfigurationSource> ConfigurationSources => _configuration;

    /// <summary>The first silo, while it runs.</summary>
    public SiloHandle? Primary => Silos.FirstOrDefault(silo => silo.InstanceNumber == 0);

    public IReadOnlyList<SiloHandle> SecondarySilos => [.. Silos.Where(silo => silo.InstanceNumber != 0)];

    /// <summary>The silos that run, in the order of their start.</summary>
    public ReadOnlyCollection<SiloHandle> Silos => _silos.All.ToList<SiloHandle>().AsReadOnly();

    public IClusterClient Client => ServiceProvider.GetRequiredService<IClusterClient>();

    public IGrainFactory GrainFactory => Client;

    /// <summary>The client's services.</summary>
    public IServiceProvider ServiceProvider => _client?.Services ?? throw new InvalidOperationException("The client was not started.");

    private InMemoryMembershipTable? Table => Options.UseTestClusterMembership ? _table : null;

    public static TimeSpan GetLivenessStabilizationTime(ClusterMembershipOptions clusterMembershipOptions, bool didKill = false) =>
        Liveness.StabilizationTime(clusterMembershipOptions, didKill);

    public void Deploy() => Wait(DeployAsync);

    public async Task DeployAsync()
    {
        if (_silos.WasStarted)
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

        _client = await TestHosts.Start(builder.Build());
    }

    public IEnumerable<SiloHandle> GetActiveSilos() => _silos.Active;

    public SiloHandle? GetSiloForAddress(SiloAddress siloAddress) => _silos.At(siloAddress);

    /// <summary>The services of one silo, by default of the first that runs.</summary>
    public IServiceProvider GetSiloServiceProvider(SiloAddress? silo = null) => _silos.ServicesOf(silo);

    public SiloHandle StartAdditionalSilo(bool startAdditionalSiloOnNewPort = false) =>
        Task.Run(() => StartAdditionalSiloAsync(startAdditionalSiloOnNewPort)).GetAwaiter().GetResult();

    public async Task<SiloHandle> StartAdditionalSiloAsync(bool startAdditionalSiloOnNewPort = false) =>
        (await StartAdditionalSilosAsync(1, startAdditionalSiloOnNewPort))[0];

    public async Task<List<SiloHandle>> StartAdditionalSilosAsync(int silosToStart, bool startAdditionalSiloOnNewPort = false) =>
        [.. await _silos.Start(silosToStart, BuildSilo)];

    /// <summary>Stops a silo with a good-bye.</summary>
    public Task StopSiloAsync(SiloHandle instance) => _silos.End(instance, stopGracefully: true);

    /// <summary>Ends a silo as if its process had been killed: the others have to find out by themselves.</summary>
    public Task KillSiloAsync(SiloHandle instance) => _silos.End(instance, stopGracefully: false);

    /// <summary>Stops a silo and starts another one in its place: same name, same ports, next generation.</summary>
    public async Task<SiloHandle?> RestartSiloAsync(SiloHandle instance) => await _silos.Restart(instance, BuildSilo);

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
        await _silos.EndAll();
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

        await TestHosts.Dispose(client);
    }

    /// <summary>Waits until every silo that runs sees exactly those that run as active.</summary>
    public Task WaitForLivenessToStabilizeAsync(bool didKill = false) => _silos.WaitUntilAgreed(didKill);

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
        if (_client is { } client)
            await TestHosts.Dispose(client);
        GC.SuppressFinalize(this);
    }

    private static void Wait(Func<Task> action) => Task.Run(action).GetAwaiter().GetResult();

    private static IEnumerable<object> Make(IEnumerable<string?> types) =>
        types.Select(type => Activator.CreateInstance(Type.GetType(type!, throwOnError: true)!)!);

    private IHost BuildSilo(short instanceNumber, (int Silo, int Gateway) ports)
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

        return builder.Build();
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
