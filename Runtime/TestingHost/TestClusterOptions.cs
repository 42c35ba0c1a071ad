namespace Orleans.TestingHost;

public class TestClusterOptions
{
    public string ClusterId { get; set; } = default!;

    public string ServiceId { get; set; } = default!;

    public short InitialSilosCount { get; set; }

    /// <summary>Whether <see cref="TestCluster.DeployAsync"/> connects the client as well.</summary>
    public bool InitializeClientOnDeploy { get; set; } = true;

    /// <summary>Whether the silos share a membership table in memory; otherwise a configurator has to bring one.</summary>
    public bool UseTestClusterMembership { get; set; } = true;

    /// <summary>Assembly-qualified names of the <see cref="ISiloConfigurator"/>s and <see cref="IHostConfigurator"/>s.</summary>
    public List<string?> SiloBuilderConfiguratorTypes { get; } = [];

    /// <summary>Assembly-qualified names of the <see cref="IClientBuilderConfigurator"/>s and <see cref="IHostConfigurator"/>s.</summary>
    public List<string?> ClientBuilderConfiguratorTypes { get; } = [];
}
