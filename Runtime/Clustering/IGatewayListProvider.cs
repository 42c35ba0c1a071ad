namespace Orleans.Messaging;

/// <summary>Tells a client where the cluster can be reached.</summary>
public interface IGatewayListProvider
{
    /// <summary>How old a list may get before it is asked for again.</summary>
    TimeSpan MaxStaleness { get; }

    [Obsolete("This attribute is no longer used and all providers are considered updatable")]
    bool IsUpdatable { get; }

    /// <summary>Called before anything else.</summary>
    Task InitializeGatewayListProvider();

    /// <summary>The gateways as of now, each as <c>gwy.tcp://address:port/generation</c>.</summary>
    Task<IList<Uri>> GetGateways();
}
