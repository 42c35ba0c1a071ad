using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Api.Hosting;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Tests.Api.Routing;

namespace Orleans.Kv.Tests.Api.Hosting;

/// <summary>A real API host in front of silos whose answers a test makes up.</summary>
internal sealed class FakeApi : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeApi(WebApplication app, FakeCluster cluster, Uri address) => (_app, Cluster, Address) = (app, cluster, address);

    public FakeCluster Cluster { get; }

    public Uri Address { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Everything that is mapped.</summary>
    public IEnumerable<RouteEndpoint> Routes => ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints.OfType<RouteEndpoint>());

    public static async Task<FakeApi> StartAsync(FakeCluster? silos = null, Action<ApiOptions>? configure = null, Action<WebApplicationBuilder>? addServices = null)
    {
        var options = new ApiOptions { Port = 0, LogLevel = LogLevel.Critical };
        configure?.Invoke(options);
        // They answer the host's own regular questions: silos that do not are passed over, from half a second after the start on.
        var cluster = silos ?? new FakeCluster { Coordinators = 3 };
        cluster.Status ??= static coordinator => ValueTask.FromResult(Status(coordinator));
        var app = ApiHost.Build(options, web =>
        {
            web.Services.AddSingleton<ICluster>(cluster);
            addServices?.Invoke(web);
        });
        await app.StartAsync();
        return new FakeApi(app, cluster, new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()));
    }

    public RawConnection Connect() => new(Address);

    /// <summary>How silo-1 to silo-3 see a map of the three.</summary>
    public static ClusterStatus Status(int coordinator, int mode = 1, long epoch = 7, params NodeStatus[] nodes) => new()
    {
        Silo = $"silo-{coordinator + 1}",
        Mode = mode,
        Epoch = epoch,
        Nodes = nodes.Length > 0 ? nodes : [.. Enumerable.Range(1, 3).Select(i => new NodeStatus { Name = $"silo-{i}", Store = $"s{i}", State = NodeState.InSync, Member = true })],
    };

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
