using Microsoft.Extensions.Hosting;

namespace Orleans.TestingHost;

/// <summary>Sets up the host of every silo, or of the client, of a <see cref="TestCluster"/>.</summary>
public interface IHostConfigurator
{
    void Configure(IHostBuilder hostBuilder);
}
