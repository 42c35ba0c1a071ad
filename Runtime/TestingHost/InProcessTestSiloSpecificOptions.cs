namespace Orleans.TestingHost;

/// <summary>What sets one silo of an <see cref="InProcessTestCluster"/> apart from the others.</summary>
public sealed class InProcessTestSiloSpecificOptions
{
    public string SiloName { get; set; } = default!;

    public int SiloPort { get; set; }

    public int GatewayPort { get; set; }
}
