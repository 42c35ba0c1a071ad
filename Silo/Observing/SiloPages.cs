using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Kv.Interfaces.Security;
using Orleans.Kv.Silo.Hosting;
using Orleans.Kv.Telemetry.Export;
using Orleans.Kv.Telemetry.Http;

namespace Orleans.Kv.Silo.Observing;

/// <summary>
/// What a silo answers over HTTP, on <c>--metrics-port</c>: <c>/metrics</c>, <c>/health/live</c>, <c>/health/ready</c> and <c>/log-level</c>. It is the process's and not the Orleans host's, so
/// that it answers while hosts come and go. Nothing here reads or changes what is stored. With <c>--tokens</c> it asks who wants to know (<see cref="SiloAccess"/>), health left out; without, log levels are changed from this
/// machine alone. With <c>--https-certificate</c> it is HTTPS.
/// </summary>
internal static class SiloPages
{
    // Probes and scrapers keep one connection each.
    private const int MaxConnections = 64;

    /// <summary>Serves until disposed; null where no port was given.</summary>
    /// <exception cref="IOException">The port cannot be had.</exception>
    /// <exception cref="TokensException">The file of tokens cannot be used.</exception>
    /// <exception cref="CertificateException">The certificate cannot be used.</exception>
    public static async Task<IAsyncDisposable?> Start(SiloHostOptions options, SiloObserving observing)
    {
        if (options.MetricsPort is not { } port) return null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Orleans.Kv.Silo" });
        builder.WebHost.UseKestrelCore();
        // Before the addresses, which take over what it says.
        if (options.HttpsCertificate is { } certificate) Https.Use(builder.WebHost, certificate, options.HttpsKey!);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxRequestBodySize = LogLevelPage.MaxBodyBytes;
            kestrel.Listen(options.Address, port, Secure);
            // From the machine itself it can always be asked: without tokens log levels are changed from there alone.
            if (!IPAddress.IsLoopback(options.Address) && !options.Address.Equals(IPAddress.Any) && !options.Address.Equals(IPAddress.IPv6Any))
                kestrel.Listen(options.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, port, Secure);
        });
        if (options.TokensFile is { } tokens) SiloAccess.AddTokens(builder.Services, tokens);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(observing.Metrics!);
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.Configuration.AddInMemoryCollection(OtlpSettings.Variables());
        observing.AddLogging(builder.Logging);
        var app = builder.Build();
        try
        {
            app.UseRouting();
            if (options.TokensFile is not null) SiloAccess.Use(app);
            app.MapMetrics();
            app.MapGet("/health/live", context => Say(context, StatusCodes.Status200OK, "live", null)).WithMetadata(SiloAccess.Open);
            app.MapGet("/health/ready", context => Ready(context, observing)).WithMetadata(SiloAccess.Open);
            LogLevelPage.Map(app, observing.Levels, onlyFromHere: options.TokensFile is null);
            await app.StartAsync();
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        void Secure(ListenOptions listen)
        {
            if (options.HttpsCertificate is not null) listen.UseHttps();
        }
    }

    private static Task Ready(HttpContext context, SiloObserving observing)
    {
        var missing = observing.Missing();
        return missing is null ? Say(context, StatusCodes.Status200OK, "ready", null) : Say(context, StatusCodes.Status503ServiceUnavailable, "not-ready", missing);
    }

    private static Task Say(HttpContext context, int status, string word, string? detail)
    {
        if (status != StatusCodes.Status200OK) return SiloProblem.Write(context, status, word, detail!);
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync($$"""{"status":"{{word}}"}""");
    }
}
