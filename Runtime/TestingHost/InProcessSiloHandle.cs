using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>A silo in the test's own process, with real sockets between it and the others.</summary>
public class InProcessSiloHandle : SiloHandle
{
    private readonly IHost _host = default!;
    private int _stopped;
    private int _disposed;

    public IHost SiloHost
    {
        get => _host;
        init
        {
            _host = value;
            var details = value.Services.GetRequiredService<ILocalSiloDetails>();
            Name = details.Name;
            SiloAddress = details.SiloAddress;
            GatewayAddress = details.GatewayAddress;

            // A host that only was started does not stop by itself when something in it asks for it (see TestClusterFatalErrorHandler).
            value.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping
                .Register(() => _ = Task.Run(() => StopSiloAsync(stopGracefully: false)));
        }
    }

    public IServiceProvider ServiceProvider => _host.Services;

    public override bool IsActive => Volatile.Read(ref _stopped) == 0;

    public override async Task StopSiloAsync(bool stopGracefully) => await StopSiloAsync(new CancellationToken(canceled: !stopGracefully));

    public override async Task StopSiloAsync(CancellationToken ct)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
            return;

        try
        {
            // Off the test's context, which may be one that the silo's own tasks would then be queued behind.
            await Task.Run(() => _host.StopAsync(ct), CancellationToken.None);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // That is what an abrupt stop is: whatever waited was cut short.
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;

        try
        {
            await StopSiloAsync(stopGracefully: true);
        }
        finally
        {
            await TestHosts.Dispose(_host);
            GC.SuppressFinalize(this);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Task.Run(async () => await DisposeAsync()).GetAwaiter().GetResult();
        base.Dispose(disposing);
    }
}
