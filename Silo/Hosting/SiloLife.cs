using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Kv.Grains.Observing;
using Orleans.Kv.Grains.Storage;
using Orleans.Kv.Interfaces.Security;
using Orleans.Kv.Silo.Isolation;
using Orleans.Kv.Silo.Observing;
using Orleans.Kv.Telemetry.Export;

namespace Orleans.Kv.Silo.Hosting;

/// <summary>One Orleans host on the process's memory: from its start until it is stopped, or thrown away because the cluster has given it up.</summary>
internal sealed class SiloLife
{
    /// <summary>
    /// How long a host that nobody counts on any more may take to close its sockets. It waits for nobody, so this is long; what has not ended by then goes on beside the next
    /// host without the registers, until it notices.
    /// </summary>
    private static readonly TimeSpan AbandonPatience = TimeSpan.FromSeconds(3);

    private readonly IHost _host;
    private readonly SiloMemory _memory;
    private readonly TimeProvider _time;
    private readonly HostFence _fence = new();
    private readonly TaskCompletionSource _declaredDead = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SiloLife(SiloHostOptions options, SiloMemory memory, ClusterTls? tls, bool isolated, TimeProvider time, SiloObserving observing)
    {
        IsIsolated = isolated;
        _memory = memory;
        _time = time;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "Orleans.Kv.Silo" });
        builder.Configuration.AddInMemoryCollection(OtlpSettings.Variables());
        observing.AddLogging(builder.Logging);
        builder.AddStoreSilo(options, memory, tls, isolated, _fence, () => _declaredDead.TrySetResult());
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        _host = builder.Build();
    }

    /// <summary>Alone, while the others cannot be reached.</summary>
    public bool IsIsolated { get; }

    /// <summary>Completes when the silo learns that the others have declared it dead.</summary>
    public Task DeclaredDead => _declaredDead.Task;

    /// <inheritdoc cref="StoreHealth.Missing"/>
    public string? Missing() => _host.Services.GetRequiredService<StoreHealth>().Missing();

    public Task Start(CancellationToken cancellation) => _host.StartAsync(cancellation);

    /// <summary>The same with an end: not every wait of the engine listens to a cancellation.</summary>
    /// <exception cref="TimeoutException">It has not started in time. It is to be abandoned.</exception>
    public async Task Start(TimeSpan patience, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            await _host.StartAsync(either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"The silo did not come up within {patience.TotalSeconds:0} s.");
        }
    }

    /// <summary>Ends it in good order: the others are told, and calls under way are finished.</summary>
    public Task Stop() => End(CancellationToken.None);

    /// <summary>
    /// Ends it as if it had been killed: what it shares with others and its registers are taken away first, then its sockets are closed. Nobody is told anything. Returns what went wrong with that, if anything did:
    /// the host is given up all the same, and whether it has left its ports shows when the next one opens them.
    /// </summary>
    /// <exception cref="IOException">The storage failed: the registers must not be used any more.</exception>
    public async Task<Exception?> Abandon()
    {
        _fence.Raise();
        await _memory.Release();
        try
        {
            await End(new CancellationToken(canceled: true)).WaitAsync(AbandonPatience, _time);
            return null;
        }
        catch (Exception fault)
        {
            return fault;
        }
    }

    private async Task End(CancellationToken patience)
    {
        try
        {
            await _host.StopAsync(patience);
        }
        finally
        {
            await Dispose();
        }
    }

    private async Task Dispose()
    {
        if (_host is IAsyncDisposable disposable) await disposable.DisposeAsync();
        else _host.Dispose();
    }
}
