namespace Orleans.Configuration;

/// <summary>Where a client finds the membership table, which lists the gateways.</summary>
public class AdoNetClusteringClientOptions
{
    public string? ConnectionString { get; set; }

    /// <inheritdoc cref="AdoNetClusteringSiloOptions.Invariant"/>
    public string Invariant { get; set; } = null!;
}
