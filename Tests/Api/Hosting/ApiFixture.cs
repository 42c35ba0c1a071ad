using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Api.Ftp;
using Orleans.Kv.Api.Hosting;
using Orleans.Kv.Grains.Hosting;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Topology;
using Orleans.TestingHost;

namespace Orleans.Kv.Tests.Api.Hosting;

/// <summary>Three silos with the whole store, and a real API host on a free port in front of them, shared by the tests that ask it.</summary>
public sealed class ApiFixture : IAsyncLifetime
{
    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(60);

    private TestCluster? _silos;
    private WebApplication? _app;

    /// <summary>Where the API host serves files.</summary>
    internal System.Net.IPEndPoint Ftp => _app!.Services.GetRequiredService<FtpServer>().Endpoint;

    public Uri Address { get; private set; } = new("http://localhost");

    public async Task InitializeAsync()
    {
        var builder = new TestClusterBuilder(3);
        builder.AddSiloBuilderConfigurator<StoreOnEverySilo>();
        _silos = builder.Build();
        await _silos.DeployAsync();
        var options = new ApiOptions { Port = 0, LogLevel = LogLevel.Warning };
        options.Ftp.Port = 0;
        _app = ApiHost.Build(
            options,
            web => web.Services.AddSingleton<IGrainFactory>(_silos.Client));
        await _app.StartAsync();
        var addresses = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Address = new Uri(addresses.Single());
        await WaitUntilReadyAsync();
    }

    public async Task DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        if (_silos is not null) await _silos.DisposeAsync();
    }

    private async Task WaitUntilReadyAsync()
    {
        using var http = new HttpClient { BaseAddress = Address };
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using var response = await http.GetAsync("/health/ready");
            if (response.IsSuccessStatusCode) return;
            var body = await response.Content.ReadAsStringAsync();
            Assert.True(TimeProvider.System.GetElapsedTime(started) < ReadyDeadline, $"expected ready within {ReadyDeadline}, saw {body}");
            await Task.Delay(50);
        }
    }

    private sealed class StoreOnEverySilo : ISiloConfigurator
    {
        // The silos of the test cluster share this process, and so one authority.
        private static readonly MemoryMapAuthority Authority = new();

        public void Configure(ISiloBuilder siloBuilder)
        {
            siloBuilder.Services.AddSingleton<IMapAuthority>(Authority);
            siloBuilder.Services.Configure<TopologyOptions>(topology => topology.FormationSize = 3);
            siloBuilder.AddKeyValueStore();
        }
    }
}
