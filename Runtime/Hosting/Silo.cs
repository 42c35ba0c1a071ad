using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Runtime;

/// <summary>A silo in this process.</summary>
public sealed class Silo : IAsyncDisposable
{
    private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SiloLifecycleSubject _lifecycle;
    private readonly ILocalSiloDetails _details;
    private int _stopping;

    public Silo(ILocalSiloDetails siloDetails, IServiceProvider services)
    {
        _details = siloDetails;
        Services = services;
        _lifecycle = services.GetRequiredService<SiloLifecycleSubject>();
    }

    public SiloAddress SiloAddress => _details.SiloAddress;

    /// <summary>Completes when the silo has stopped.</summary>
    public Task SiloTerminated => _terminated.Task;

    internal IServiceProvider Services { get; }

    internal SiloRuntime Runtime => Services.GetRequiredService<SiloRuntime>();

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var participant in Services.GetServices<ILifecycleParticipant<ISiloLifecycle>>())
        {
            participant.Participate(_lifecycle);
        }

        try
        {
            await _lifecycle.OnStart(cancellationToken);
        }
        catch
        {
            // Whatever half of it came up must not stay.
            await StopAsync(CancellationToken.None);
            throw;
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopping, 1) == 0)
        {
            try
            {
                await _lifecycle.OnStop(cancellationToken);
            }
            finally
            {
                _terminated.TrySetResult();
            }
        }

        await _terminated.Task;
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    public override string ToString() => _details.SiloAddress.ToString();
}
