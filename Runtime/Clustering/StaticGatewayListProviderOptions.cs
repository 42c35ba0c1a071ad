namespace Orleans.Configuration;

/// <summary>The gateways of a client that is told them.</summary>
public class StaticGatewayListProviderOptions
{
    /// <summary>As <c>gwy.tcp://address:port/generation</c>.</summary>
    public List<Uri> Gateways { get; set; } = [];
}
