using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Orleans.Hosting;

public static class GrainServicesSiloBuilderExtensions
{
    public static ISiloBuilder AddGrainService<T>(this ISiloBuilder builder)
        where T : GrainService
    {
        builder.Services.AddGrainService<T>();
        return builder;
    }

    public static IServiceCollection AddGrainService<T>(this IServiceCollection services) => services.AddGrainService(typeof(T));

    public static IServiceCollection AddGrainService(this IServiceCollection services, Type grainServiceType)
    {
        ArgumentNullException.ThrowIfNull(grainServiceType);
        return services.AddSingleton(new GrainServiceRegistration(grainServiceType));
    }
}
