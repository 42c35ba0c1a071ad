using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Orleans.Kv.Interfaces.Security;

/// <summary>Puts mutual TLS into a host.</summary>
public static class ClusterTlsExtensions
{
    public static ISiloBuilder UseClusterTls(this ISiloBuilder builder, ClusterTls tls)
    {
        ArgumentNullException.ThrowIfNull(tls);
        // Asked for before any port is opened: that is when this host's log is known.
        builder.Services.AddOptions<EndpointOptions>().Configure<ILoggerFactory>((_, loggers) => tls.LogTo(loggers));
        return builder.UseTls(tls.Configure);
    }

    public static IClientBuilder UseClusterTls(this IClientBuilder builder, ClusterTls tls)
    {
        ArgumentNullException.ThrowIfNull(tls);
        // Asked for before any gateway is.
        builder.Services.AddOptions<GatewayOptions>().Configure<ILoggerFactory>((_, loggers) => tls.LogTo(loggers));
        return builder.UseTls(tls.Configure);
    }
}
