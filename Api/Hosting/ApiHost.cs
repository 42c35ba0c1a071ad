using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Cluster;
using Orleans.Kv.Api.Conflicts;
using Orleans.Kv.Api.Dashboard;
using Orleans.Kv.Api.Ftp;
using Orleans.Kv.Api.Health;
using Orleans.Kv.Api.Keys;
using Orleans.Kv.Api.Listing;
using Orleans.Kv.Api.Modes;
using Orleans.Kv.Api.Observing;
using Orleans.Kv.Api.OpenApi;
using Orleans.Kv.Api.Operations;
using Orleans.Kv.Api.Operations.Batches;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Api.Statistics;
using Orleans.Kv.Api.Watching;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Hosting;

/// <summary>Puts an API host together: Kestrel, the Orleans client, and what lies between them.</summary>
internal static class ApiHost
{
    // Each connection costs some kilobytes and a client needs few; more than this is a mistake or an attack.
    private const int MaxConnections = 10_000;

    // No request lasts longer, so none is cut off; a silo that hangs must not keep this process.
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(6);

    /// <summary>Builds the host. Tests pass <paramref name="addCluster"/> to bring their own silos.</summary>
    public static WebApplication Build(ApiOptions options, Action<WebApplicationBuilder>? addCluster = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "Orleans.Kv.Api", ContentRootPath = AppContext.BaseDirectory });
        builder.AddObserving(options);
        AddKestrel(builder, options);
        var gateways = new GatewayWatch(TimeProvider.System);
        AddRouting(builder.Services, gateways);
        builder.Services.AddAccess(options.Access);
        builder.Services.AddFtp(options.Ftp);
        // The server starts beside the Orleans client, not after it: a host without silos answers that it is not ready.
        builder.Services.Configure<HostOptions>(host =>
        {
            host.ServicesStartConcurrently = true;
            host.ShutdownTimeout = ShutdownPatience;
        });
        (addCluster ?? (web => AddCluster(web, options, gateways)))(builder);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<Draining>();
        builder.Services.AddSingleton<IHostLifetime, DrainingLifetime>();

        var app = builder.Build();
        UseDraining(app);
        app.UseMiddleware<ProblemPages>();
        app.UseMiddleware<KeyPaths>();
        app.UseRouting();
        app.UseRequestSpans();
        app.UseAccess(options.Access);
        app.MapOperations();
        app.MapBatches();
        app.MapKeys();
        app.MapListing();
        app.MapCluster();
        app.MapAdministration();
        app.MapSynchrony();
        app.MapMode();
        app.MapConflicts();
        app.MapStatistics();
        app.MapDashboard();
        app.MapWatch();
        app.MapClient();
        app.MapHealth();
        app.MapObserving();
        app.MapDescription();
        // It may show the state of single grains, and asks all silos each time.
        if (options.OrleansDashboard) app.MapOrleansDashboard("/orleans").Needs(Role.Admin);
        return app;
    }

    private static void ConfigureDashboard(DashboardOptions dashboard)
    {
        dashboard.HideTrace = true;
        // The page of this repository's engine is loaded anew each time: often enough, and one can still read it.
        dashboard.CounterUpdateIntervalMs = 5_000;
    }

    /// <summary>Who has a connection of their own learns with their next answer that they need another one.</summary>
    private static void UseDraining(WebApplication app)
    {
        var draining = app.Services.GetRequiredService<Draining>();
        app.Use((context, next) =>
        {
            if (draining.IsOn) context.Response.Headers.Connection = "close";
            return next(context);
        });
    }

    private static void AddKestrel(WebApplicationBuilder builder, ApiOptions options)
    {
        if (options.IsHttps) Https.Use(builder.WebHost, options.HttpsCertificate!, options.HttpsKey!);
        builder.WebHost.UseUrls(options.Address);
        // What follows a read or a write goes on where that ended, without another trip through the pool's queue: nothing here blocks.
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Bodies are bounded where they are read, per operation, so that a connection survives one that is too large.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        });
    }

    private static void AddRouting(IServiceCollection services, GatewayWatch gateways)
    {
        services.AddSingleton(gateways);
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<RouterOptions>().Validate(router => !router.Errors().Any(), "The router's options contradict each other.").ValidateOnStart();
        services.AddSingleton<SiloHealth>();
        services.AddSingleton(provider => new CoordinatorChoice(provider.GetRequiredService<ICluster>().Coordinators));
        services.AddSingleton<CoordinatorSpread>();
        services.AddSingleton<Router>();
        services.AddSingleton(new KeyRouteCache());
        services.TryAddSingleton<ICluster, OrleansCluster>();
        services.AddSingleton<SiloInquiry>();
        services.AddSingleton<KeyPages>();
        services.AddSingleton<ClusterView>();
        services.AddSingleton<ClusterMonitor>();
        services.AddHostedService(provider => provider.GetRequiredService<ClusterMonitor>());
        services.AddSingleton<Readiness>();
        services.AddStatistics();
        services.AddWatching();
    }

    private static void AddCluster(WebApplicationBuilder builder, ApiOptions options, GatewayWatch gateways)
    {
        var tls = options.ClusterTls.IsGiven ? new ClusterTls(options.ClusterTls, TimeProvider.System) : null;
        builder.UseOrleansClient(client =>
        {
            options.Cluster.Use(client, options.ClusterFile, options.Gateways);
            if (tls is not null) client.UseClusterTls(tls);
            client.UseConnectionRetryFilter<ConnectionRetry>();
            // The router hedges long before; this only frees what belongs to calls that nobody waits for any more.
            client.Services.AddOptions<ClientMessagingOptions>().Configure<IOptions<RouterOptions>>((messaging, router) =>
                messaging.ResponseTimeout = router.Value.RequestDeadline + TimeSpan.FromSeconds(1));
            // Reading a small file, or one row per silo from a database: so often that a silo which has just started is known before the others can have died one after another.
            client.Services.Configure<GatewayOptions>(gateway => gateway.GatewayListRefreshPeriod = TimeSpan.FromSeconds(1));
            client.AddGatewayCountChangedHandler(gateways.OnCountChanged);
            if (options.OrleansDashboard) client.AddDashboard(ConfigureDashboard);
        });
    }
}
