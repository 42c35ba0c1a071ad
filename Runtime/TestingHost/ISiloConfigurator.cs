using Orleans.Hosting;

namespace Orleans.TestingHost;

/// <summary>Sets up every silo of a <see cref="TestCluster"/>. Made by its parameterless constructor, once per silo.</summary>
public interface ISiloConfigurator
{
    void Configure(ISiloBuilder siloBuilder);
}
