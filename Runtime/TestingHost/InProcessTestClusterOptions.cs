using Microsoft.Extensions.Hosting;

namespace Orleans.TestingHost;

public sealed class InProcessTestClusterOptions
{
    public string ClusterId { get; set; } = default!;

    public string ServiceId { get; set; } = default!;

    public short InitialSilosCount { get; set; }

    /// <summary>Whether <see cref="InProcessTestCluster.DeployAsync"/> connects the client as well.</summary>
    public bool InitializeClientOnDeploy { get; set; } = true;

    public List<Action<InProcessTestSiloSpecificOptions, IHostApplicationBuilder>> SiloHostConfigurationDelegates { get; } = [];

    public List<Action<IHostApplicationBuilder>> ClientHostConfigurationDelegates { get; } = [];
}
