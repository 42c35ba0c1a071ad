using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Runtime.Management;
using Orleans.Serialization;

namespace Orleans.Runtime.MembershipService;

/// <summary>What a silo's host has to register for membership and management. The table comes from the clustering that the application chose.</summary>
internal static class MembershipServices
{
    public static IServiceCollection AddMembership(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSerializer();
        services.TryAddSingleton<SiloControl>();
        services.TryAddSingleton<ISiloControl>(provider => provider.GetRequiredService<SiloControl>());
        services.TryAddSingleton<MembershipManager>();
        services.TryAddSingleton<SiloMonitors>();
        services.TryAddSingleton<MembershipAgent>();
        services.TryAddSingleton<IClusterMembershipService, ClusterMembershipService>();
        services.TryAddSingleton<ISiloStatusOracle, SiloStatusOracle>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<MembershipAgent>());
        return services;
    }
}
