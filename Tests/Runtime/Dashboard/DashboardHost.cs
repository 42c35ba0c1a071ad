using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Dashboard;
using Orleans.Kv.Tests.Runtime.Clusters;
using Orleans.Kv.Tests.Runtime.Host;
using Orleans.TestingHost;

namespace Orleans.Kv.Tests.Runtime.Dashboard;

/// <summary>Two silos, and a web host with their client that serves the dashboard at <c>/orleans</c>.</summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DashboardHost(InProcessTestCluster cluster, WebApplication app)
    {
        (Cluster, _app) = (cluster, app);
        Http = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };
    }

    public InProcessTestCluster Cluster { get; }

    public HttpClient Http { get; }

    public static async Task<DashboardHost> Start(bool onSilos = true)
    {
        var builder = new InProcessTestClusterBuilder(2);
        builder.ConfigureSilo((_, silo) =>
        {
            TestSilo.Configure(silo);
            EndsAlone.Use(silo);
            if (onSilos) silo.AddDashboard();
            // However long the test takes: whoever has looked goes on looking.
            silo.Configure<GrainProfilerOptions>(profiler => profiler.DeactivationTime = TimeSpan.FromMinutes(30));
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();

        var web = WebApplication.CreateSlimBuilder();
        web.WebHost.UseUrls("http://127.0.0.1:0");
        web.Services.AddSingleton<IGrainFactory>(cluster.Client);
        new ClientPart(web.Services).AddDashboard(dashboard => dashboard.CounterUpdateIntervalMs = 3_000);
        var app = web.Build();
        app.MapOrleansDashboard("/orleans");
        await app.StartAsync();
        return new DashboardHost(cluster, app);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    /// <summary>The client itself is the test cluster's: what it takes to serve the page is added to the web host.</summary>
    private sealed class ClientPart(IServiceCollection services) : IClientBuilder
    {
        public IServiceCollection Services => services;

        public IConfiguration Configuration { get; } = new ConfigurationBuilder().Build();
    }
}
