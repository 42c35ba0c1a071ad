using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans.Connections.Security;
using Orleans.Runtime.Messaging;

namespace Orleans.Hosting;

/// <summary>Encrypts what hosts say to each other.</summary>
public static class OrleansConnectionSecurityHostingExtensions
{
    /// <summary>Every connection of this silo, to and from silos and clients, is TLS.</summary>
    public static ISiloBuilder UseTls(this ISiloBuilder builder, Action<TlsOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(configureOptions);
        var options = new TlsOptions();
        configureOptions(options);
        if (options.LocalCertificate is null)
        {
            throw new InvalidOperationException("No certificate specified");
        }

        Use(builder.Services, options);
        return builder;
    }

    /// <summary>Every connection of this client to the cluster's gateways is TLS.</summary>
    public static IClientBuilder UseTls(this IClientBuilder builder, Action<TlsOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(configureOptions);
        var options = new TlsOptions();
        configureOptions(options);
        if (options.LocalCertificate is null && options.ClientCertificateMode == RemoteCertificateMode.RequireCertificate)
        {
            throw new InvalidOperationException("No certificate specified");
        }

        Use(builder.Services, options);
        return builder;
    }

    private static void Use(IServiceCollection services, TlsOptions options)
    {
        if (options.LocalCertificate is { HasPrivateKey: false } certificate)
        {
            throw new ArgumentException($"The certificate {certificate.Subject} has no private key.", nameof(options));
        }

        services.RemoveAll<IConnectionTransport>();
        services.AddSingleton<IConnectionTransport>(provider => new TlsTransport(
            new TcpTransport(), options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<TlsTransport>>()));
    }
}
