using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using Orleans.Serialization;

namespace Orleans.Hosting;

/// <summary>The services of a client.</summary>
internal static class ClientServices
{
    public static void AddTo(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(SiloRuntime) || service.ServiceType == typeof(GatewayPool)))
        {
            return;
        }

        CommonServices.AddTo(services, static provider => provider.GetRequiredService<IOptions<ClientMessagingOptions>>().Value);
        services.AddSingleton<CallTimeouts>();
        services.AddSingleton(static provider => new ConnectionServices(
            provider.GetRequiredService<MessageBodyCodec>(),
            provider.GetRequiredService<CallTimeouts>(),
            provider.GetRequiredService<IOptions<ClientMessagingOptions>>().Value,
            provider.GetRequiredService<IOptions<ConnectionOptions>>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<GrainTypeTable>(static _ => new GrainTypeTable());
        services.AddSingleton<IGrainTypeSource>(static provider => provider.GetRequiredService<GrainTypeTable>());
        services.AddSingleton<GatewayPool>();
        services.AddSingleton(static provider => new Lazy<ICallRouter>(provider.GetRequiredService<GatewayPool>));
        services.AddSingleton<IObserverHost>(static provider =>
        {
            var gateways = provider.GetRequiredService<GatewayPool>();
            return ActivatorUtilities.CreateInstance<LocalObservers>(provider, gateways.ClientId, gateways.Address);
        });
        services.AddSingleton<ClusterClientLifecycle>();
        services.AddSingleton<IClusterClientLifecycle>(static provider => provider.GetRequiredService<ClusterClientLifecycle>());
        services.AddSingleton<ILifecycleParticipant<IClusterClientLifecycle>, ClientInstruments>();
        services.AddSingleton<ClusterClient>();
        services.AddSingleton<IClusterClient>(static provider => provider.GetRequiredService<ClusterClient>());
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<ClusterClient>());
    }
}
