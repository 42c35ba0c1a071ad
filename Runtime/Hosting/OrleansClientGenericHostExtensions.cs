using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;

namespace Microsoft.Extensions.Hosting;

public static class OrleansClientGenericHostExtensions
{
    public static IHostApplicationBuilder UseOrleansClient(this IHostApplicationBuilder hostAppBuilder) =>
        hostAppBuilder.UseOrleansClient(static _ => { });

    public static IHostApplicationBuilder UseOrleansClient(this IHostApplicationBuilder hostAppBuilder, Action<IClientBuilder> configureDelegate)
    {
        Configure(hostAppBuilder.Services, hostAppBuilder.Configuration, configureDelegate);
        return hostAppBuilder;
    }

    public static HostApplicationBuilder UseOrleansClient(this HostApplicationBuilder hostAppBuilder) =>
        hostAppBuilder.UseOrleansClient(static _ => { });

    public static HostApplicationBuilder UseOrleansClient(this HostApplicationBuilder hostAppBuilder, Action<IClientBuilder> configureDelegate)
    {
        Configure(hostAppBuilder.Services, hostAppBuilder.Configuration, configureDelegate);
        return hostAppBuilder;
    }

    public static IHostBuilder UseOrleansClient(this IHostBuilder hostBuilder) => hostBuilder.UseOrleansClient(static (_, _) => { });

    public static IHostBuilder UseOrleansClient(this IHostBuilder hostBuilder, Action<IClientBuilder> configureDelegate) =>
        hostBuilder.UseOrleansClient((_, builder) => configureDelegate(builder));

    public static IHostBuilder UseOrleansClient(this IHostBuilder hostBuilder, Action<HostBuilderContext, IClientBuilder> configureDelegate)
    {
        ArgumentNullException.ThrowIfNull(configureDelegate);
        return hostBuilder.ConfigureServices(
            (context, services) => Configure(services, context.Configuration, builder => configureDelegate(context, builder)));
    }

    public static IServiceCollection AddOrleansClient(this IServiceCollection services, Action<IClientBuilder> configureDelegate) =>
        services.AddOrleansClient(null, configureDelegate);

    public static IServiceCollection AddOrleansClient(
        this IServiceCollection services, IConfiguration? configuration, Action<IClientBuilder> configureDelegate)
    {
        Configure(services, configuration ?? new ConfigurationBuilder().Build(), configureDelegate);
        return services;
    }

    private static void Configure(IServiceCollection services, IConfiguration configuration, Action<IClientBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(new ClientBuilder(services, configuration));
    }
}
