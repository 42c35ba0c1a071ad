using System.Net;

namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>Which PostgreSQL database holds the membership table and the cluster map.</summary>
public sealed class PostgresClusteringOptions
{
    /// <summary>As <see cref="PostgresConnection.Complete"/> returned it. Holds a password: it is never logged.</summary>
    public string ConnectionString { get; set; } = "";

    /// <inheritdoc cref="FileClusteringOptions.FixedGateways"/>
    public IList<IPEndPoint> FixedGateways { get; } = [];
}
