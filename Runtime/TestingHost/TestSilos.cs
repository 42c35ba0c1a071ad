using System.Collections.ObjectModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>The silos that a test cluster runs, in the order of their start. How a silo's host is set up is the cluster's business.</summary>
internal sealed class TestSilos(TestClusterOptions? options = null)
{
    private readonly Lock _lock = new();
    private readonly List<InProcessSiloHandle> _silos = [];
    private short _started;

    public bool WasStarted => _started > 0;

    public ReadOnlyCollection<InProcessSiloHandle> All
    {
        get
        {
            lock (_lock)
                return _silos.ToList().AsReadOnly();
        }
    }

    public IReadOnlyList<InProcessSiloHandle> Active => [.. All.Where(silo => silo.IsActive)];

    public InProcessSiloHandle? At(SiloAddress address) => Active.FirstOrDefault(silo => silo.SiloAddress.Equals(address));

    /// <summary>The services of one silo, by default of the first that runs.</summary>
    public IServiceProvider ServicesOf(SiloAddress? silo) =>
        All.FirstOrDefault(one => one.IsActive && (silo is null || one.SiloAddress.Equals(silo)))?.ServiceProvider
        ?? throw new ArgumentException($"The silo {silo} does not run.", nameof(silo));

    /// <summary>Starts so many more silos at once, each on ports of its own.</summary>
    public async Task<List<InProcessSiloHandle>> Start(int count, Func<short, (int Silo, int Gateway), IHost> build)
    {
        var starts = Enumerable.Range(0, count).Select(_ => Start(_started++, TestPorts.Next(), build)).ToList();
        return [.. await Task.WhenAll(starts)];
    }

    /// <summary>Stops a silo and starts another one in its place: same name, same ports, next generation.</summary>
    public async Task<InProcessSiloHandle> Restart(SiloHandle silo, Func<short, (int Silo, int Gateway), IHost> build)
    {
        ArgumentNullException.ThrowIfNull(silo);
        await End(silo, stopGracefully: true);
        return await Start(silo.InstanceNumber, (silo.SiloAddress.Endpoint.Port, silo.GatewayAddress?.Endpoint.Port ?? 0), build);
    }

    /// <summary>Stops a silo with a good-bye, or as if its process had been killed: then the others have to find out by themselves.</summary>
    public async Task End(SiloHandle silo, bool stopGracefully)
    {
        await silo.StopSiloAsync(stopGracefully);
        lock (_lock)
            _silos.RemoveAll(other => ReferenceEquals(other, silo));
        await silo.DisposeAsync();
    }

    public async Task EndAll()
    {
        foreach (var silo in All)
            await End(silo, stopGracefully: true);
    }

    /// <summary>Waits until every silo that runs sees exactly those that run as active.</summary>
    public async Task WaitUntilAgreed(bool didKill)
    {
        var silos = Active;
        if (silos.Count == 0)
            return;

        var options = silos[0].ServiceProvider.GetRequiredService<IOptions<ClusterMembershipOptions>>().Value;
        await Liveness.WaitUntilAgreed(silos, Liveness.StabilizationTime(options, didKill));
    }

    private async Task<InProcessSiloHandle> Start(short number, (int Silo, int Gateway) ports, Func<short, (int Silo, int Gateway), IHost> build)
    {
        var host = await TestHosts.Start(build(number, ports));
        var handle = new InProcessSiloHandle { SiloHost = host, InstanceNumber = number, ClusterOptions = options };
        lock (_lock)
            _silos.Add(handle);
        return handle;
    }
}
