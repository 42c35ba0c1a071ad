using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService;
using Orleans.Runtime.Messaging;
using Orleans.Runtime.Placement;

namespace Orleans.Hosting;

/// <summary>The services of a silo.</summary>
internal static class SiloServices
{
    public static void AddTo(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(SiloRuntime)))
        {
            return;
        }

        CommonServices.AddTo(services, static provider => provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<Configuration.SiloMessagingOptions>>().Value);
        services.AddSingleton<SiloRuntime>();
        services.AddSingleton<Silo>();
        services.TryAddSingleton<ILocalSiloDetails, LocalSiloDetails>();
        services.TryAddSingleton<IFatalErrorHandler, FatalErrorHandler>();
        services.AddSingleton<SiloLifecycleSubject>();
        services.AddSingleton<ISiloLifecycleSubject>(provider => provider.GetRequiredService<SiloLifecycleSubject>());
        services.AddSingleton<ISiloLifecycle>(provider => provider.GetRequiredService<SiloLifecycleSubject>());
        services.AddSingleton<GrainClasses>();
        services.AddSingleton<Catalog>();
        services.AddSingleton<IGrainTypeSource>(provider => new GrainTypeTable(provider.GetRequiredService<GrainClasses>()));
        services.AddSingleton(provider => new Lazy<ICallRouter>(() => provider.GetRequiredService<SiloRuntime>().Router));
        services.AddSingleton(provider => provider.GetRequiredService<SiloRuntime>().Directory);
        services.AddSingleton<IMembershipTransport>(provider => provider.GetRequiredService<SiloRuntime>().Membership);
        services.AddSingleton<ISystemCaller>(provider => provider.GetRequiredService<SiloRuntime>().Center);
        services.AddSingleton<ActivationStatistics>();
        services.AddSingleton<IdleCollector>();
        services.AddSingleton<IObserverHost>(provider =>
        {
            var silo = provider.GetRequiredService<ILocalSiloDetails>().SiloAddress;
            return ActivatorUtilities.CreateInstance<LocalObservers>(provider, ObserverIds.ClientNameOf(silo), silo);
        });
        services.AddSingleton<IClusterClient, SiloClusterClient>();
        services.AddSingleton<IGrainRuntime, GrainRuntime>();
        services.AddMembership();
        services.AddPlacementDirector<RandomPlacement, RandomPlacementDirector>();
        services.AddPlacementDirector<PreferLocalPlacement, PreferLocalPlacementDirector>();
        services.AddPlacementDirector<HashBasedPlacement, HashBasedPlacementDirector>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, SiloNetworking>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<IdleCollector>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, GrainServiceHost>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, SiloInstruments>();
        services.AddSingleton<IHostedService, SiloHostedService>();
    }
}
