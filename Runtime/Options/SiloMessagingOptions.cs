namespace Orleans.Configuration;

public class SiloMessagingOptions : MessagingOptions
{
    /// <summary>How often one call may be passed on because its grain is not where it was thought to be.</summary>
    public int MaxForwardCount { get; set; } = 2;

    /// <summary>How long a client without a connection is remembered.</summary>
    public TimeSpan ClientDropTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Requests that may wait for one activation before new ones are refused; 0 for no limit.</summary>
    public int MaxEnqueuedRequestsHardLimit { get; set; }

    /// <summary>Response timeout of the silos' own calls to one another: directory, probes, statistics.</summary>
    public TimeSpan SystemResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
