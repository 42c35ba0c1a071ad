using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using Orleans.Serialization;
using Orleans.Timers;

namespace Orleans.Hosting;

/// <summary>The services that silos and clients have in common.</summary>
internal static class CommonServices
{
    public static void AddTo(IServiceCollection services, Func<IServiceProvider, MessagingOptions> messaging)
    {
        services.AddLogging();
        services.AddOptions();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IConnectionTransport, TcpTransport>();
        services.AddSingleton<ApplicationTypes>();
        services.AddSingleton<GrainInterfaces>();
        services.AddSerializer();
        services.AddSingleton<GrainCallFilters>();
        services.AddSingleton<LocalTargets>();
        services.AddSingleton<GrainReferenceActivator>();
        services.AddSingleton<IReferenceBinder>(provider => provider.GetRequiredService<GrainReferenceActivator>());
        services.AddSingleton(provider => new Lazy<GrainReferenceActivator>(provider.GetRequiredService<GrainReferenceActivator>));
        services.AddSingleton(provider => new Lazy<IGrainReferenceRuntime>(provider.GetRequiredService<IGrainReferenceRuntime>));
        services.AddSingleton<IGrainReferenceRuntime>(provider => new GrainReferenceRuntime(
            provider.GetRequiredService<MessageBodyCodec>(),
            provider.GetRequiredService<GrainCallFilters>(),
            messaging(provider),
            provider.GetRequiredService<Lazy<ICallRouter>>(),
            provider.GetRequiredService<Lazy<GrainReferenceActivator>>()));
        services.AddSingleton(provider => new Lazy<IObserverHost>(provider.GetRequiredService<IObserverHost>));
        services.AddSingleton<GrainFactory>();
        services.AddSingleton<IGrainFactory>(provider => provider.GetRequiredService<GrainFactory>());
        services.TryAddSingleton<ITimerRegistry, TimerRegistry>();
        services.AddSingleton<IGrainContextAccessor, GrainContextAccessor>();
        services.AddTransient<IGrainContext>(_ => RuntimeContext.Current
            ?? throw new InvalidOperationException("There is a grain context in a grain's turns only."));
    }
}
