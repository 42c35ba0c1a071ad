using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>The client that a silo's own process has.</summary>
internal sealed class SiloClusterClient(IServiceProvider services) : GrainFactoryClient(services.GetRequiredService<GrainFactory>()), IClusterClient
{
    public IServiceProvider ServiceProvider => services;
}
