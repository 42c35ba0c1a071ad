using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Serialization.Invocation;

namespace Orleans.Serialization;

/// <summary>Adds serialization to a container, with or without the rest of a silo or client.</summary>
public static class ServiceCollectionExtensions
{
    public static IServiceCollection AddSerializer(this IServiceCollection services, Action<ISerializerBuilder>? configure = null)
    {
        services.TryAddSingleton<BodyOperations>();
        services.TryAddSingleton<MessageBodyCodec>();
        services.TryAddSingleton<ProxyFactory>();
        services.TryAddSingleton(static provider => new Serializer(provider.GetRequiredService<BodyOperations>()));
        services.TryAddSingleton(static _ => new DeepCopier());
        configure?.Invoke(new Builder(services));
        return services;
    }

    private sealed class Builder(IServiceCollection services) : ISerializerBuilder
    {
        public IServiceCollection Services => services;
    }
}
