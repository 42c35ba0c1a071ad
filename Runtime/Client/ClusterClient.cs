using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;

namespace Orleans.Runtime;

/// <summary>A client outside the cluster: connects when its host starts.</summary>
internal sealed class ClusterClient(IServiceProvider services, GatewayPool gateways, ClusterClientLifecycle lifecycle)
    : GrainFactoryClient(services.GetRequiredService<GrainFactory>()), IClusterClient, IHostedService
{
    private bool _participates;

    public IServiceProvider ServiceProvider => services;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_participates)
        {
            _participates = true;
            lifecycle.Subscribe<ClusterClient>(ServiceLifecycleStage.RuntimeInitialize, Connect, _ => gateways.Stop());
            foreach (var participant in services.GetServices<ILifecycleParticipant<IClusterClientLifecycle>>())
            {
                participant.Participate(lifecycle);
            }
        }

        await lifecycle.OnStart(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => lifecycle.OnStop(cancellationToken);

    private async Task Connect(CancellationToken cancellation)
    {
        var filter = services.GetService<IClientConnectionRetryFilter>();
        while (true)
        {
            try
            {
                await gateways.Start(cancellation);
                return;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                if (filter is null || !await filter.ShouldRetryConnectionAttempt(exception, cancellation))
                {
                    throw;
                }
            }
        }
    }
}
