namespace Orleans.Kv.Interfaces.Monitoring;

/// <summary>What the silos of a cluster measure, gathered by one of them.</summary>
[GenerateSerializer, Immutable, Alias("kv.MonitoringReport")]
public sealed class MonitoringReport
{
    [Id(0)]
    public required SiloReport[] Silos { get; init; }

    /// <summary>Names of registered silos that are alive and did not answer in time.</summary>
    [Id(1)]
    public required string[] Unasked { get; init; }
}
