namespace Orleans.Runtime;

/// <summary>The meter and the instruments as Orleans calls them, so that a dashboard made for one engine shows the other.</summary>
internal static class InstrumentNames
{
    public const string Meter = "Microsoft.Orleans";

    public const string Activations = "orleans-catalog-activations";

    public const string Grains = "orleans-grains";

    public const string ConnectedClients = "orleans-gateway-connected-clients";

    public const string DirectoryPartitionSize = "orleans-directory-partition-size";

    public const string DirectoryRingSize = "orleans-directory-ring-size";

    public const string ConnectedGateways = "orleans-client-connected-gateways";
}
