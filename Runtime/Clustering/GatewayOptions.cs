namespace Orleans.Configuration;

/// <summary>How a client uses the cluster's gateways.</summary>
public class GatewayOptions
{
    /// <summary>How often the list of gateways is asked for anew.</summary>
    public TimeSpan GatewayListRefreshPeriod { get; set; } = TimeSpan.FromMinutes(1);
}
