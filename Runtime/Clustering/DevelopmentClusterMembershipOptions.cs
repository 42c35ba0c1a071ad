using System.Net;

namespace Orleans.Configuration;

/// <summary>Clustering without any server: the primary silo holds the membership table in its memory.</summary>
public class DevelopmentClusterMembershipOptions
{
    /// <summary>The endpoint of the silo that holds the table.</summary>
    public IPEndPoint? PrimarySiloEndpoint { get; set; }
}
