using Orleans.Configuration;
using Orleans.Kv.Tests.Runtime.Host;
using Orleans.TestingHost;

namespace Orleans.Kv.Tests.Runtime.Clusters;

/// <summary>Three silos and a client in this process, shared by all tests that leave them as they found them.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    /// <summary>An idle activation is collected when it is this old.</summary>
    public static readonly TimeSpan CollectionAge = TimeSpan.FromSeconds(4);

    public InProcessTestCluster Cluster { get; private set; } = null!;

    public IGrainFactory Grains => Cluster.Client;

    public SiloAddress[] Silos => [.. Cluster.Silos.Select(silo => silo.SiloAddress)];

    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(3);
        builder.ConfigureSilo((_, silo) =>
        {
            TestSilo.Configure(silo);
            EndsAlone.Use(silo);
            silo.Configure<GrainCollectionOptions>(options =>
            {
                options.CollectionQuantum = TimeSpan.FromSeconds(1);
                options.CollectionAge = TimeSpan.FromMinutes(10);
                options.ClassSpecificCollectionAge[typeof(IdleGrain).FullName!] = CollectionAge;
            });
            silo.AddIncomingGrainCallFilter(async context =>
            {
                await context.Invoke();
                if (context.InterfaceMethod?.Name == nameof(ICallGrain.Filtered) && context.Result is string text)
                    context.Result = text + "|silo";
            });
        });
        builder.ConfigureClient(client => client.AddOutgoingGrainCallFilter(async context =>
        {
            await context.Invoke();
            if (context.InterfaceMethod?.Name == nameof(ICallGrain.Filtered) && context.Result is string text)
                context.Result = text + "|client";
        }));
        Cluster = builder.Build();
        await Cluster.DeployAsync();
    }

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    /// <summary>A key that no other test uses.</summary>
    public static string NewKey(string prefix = "") => prefix + Guid.NewGuid().ToString("N");

    /// <summary>A grain that lives on a certain silo.</summary>
    public IPlacedGrain On(InProcessSiloHandle silo) => Grains.GetGrain<IPlacedGrain>($"{Guid.NewGuid():N}@{silo.Name}");
}
