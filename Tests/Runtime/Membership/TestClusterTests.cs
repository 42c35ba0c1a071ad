using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Kv.Tests.Runtime.Clusters;
using Orleans.Kv.Tests.Runtime.Host;
using Orleans.TestingHost;

namespace Orleans.Kv.Tests.Runtime.Membership;

/// <summary>The test cluster that is set up by classes.</summary>
public sealed class TestClusterTests
{
    [Fact]
    public async Task TestCluster_AppliesItsConfigurators_AndReplacesASilo()
    {
        var builder = new TestClusterBuilder(2);
        builder.Properties["mark"] = "made by the test";
        builder.AddSiloBuilderConfigurator<SiloSetup>();
        builder.AddSiloBuilderConfigurator<HostSetup>();
        builder.AddClientBuilderConfigurator<ClientSetup>();
        await using var cluster = builder.Build();
        await cluster.DeployAsync();

        Assert.Equal("from the client", cluster.Client.ServiceProvider.GetRequiredService<Mark>().Text);
        Assert.Equal(2, cluster.Silos.Count);
        Assert.NotNull(cluster.Primary);
        foreach (var silo in cluster.GetActiveSilos())
        {
            Assert.Equal("made by the test", cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<Mark>().Text);
            var placed = cluster.GrainFactory.GetGrain<IPlacedGrain>($"{ClusterFixture.NewKey()}@{silo.Name}");
            Assert.Equal(silo.SiloAddress, await placed.Silo());
        }

        var added = await cluster.StartAdditionalSiloAsync();
        await cluster.WaitForLivenessToStabilizeAsync();
        Assert.Equal(3, cluster.GetActiveSilos().Count());
        await cluster.StopSiloAsync(added);
        await cluster.WaitForLivenessToStabilizeAsync();
        Assert.False(added.IsActive);
        Assert.DoesNotContain(added, cluster.GetActiveSilos());
    }

    private sealed record Mark(string Text);

    private sealed class SiloSetup : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder) => TestSilo.Configure(siloBuilder);
    }

    private sealed class HostSetup : IHostConfigurator
    {
        public void Configure(IHostBuilder hostBuilder) =>
            hostBuilder.ConfigureServices((context, services) => services.AddSingleton(new Mark(context.Configuration["mark"]!)));
    }

    private sealed class ClientSetup : IClientBuilderConfigurator
    {
        public void Configure(IConfiguration configuration, IClientBuilder clientBuilder) =>
            clientBuilder.Services.AddSingleton(new Mark("from the client"));
    }
}
