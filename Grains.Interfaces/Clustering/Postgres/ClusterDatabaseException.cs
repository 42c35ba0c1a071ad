namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>The cluster's database cannot be reached or used. The message names it, what is wrong, and what to do where something can be done.</summary>
public sealed class ClusterDatabaseException : IOException
{
    public ClusterDatabaseException(string message) : base(message)
    {
    }

    public ClusterDatabaseException(string message, Exception innerException) : base(message, innerException)
    {
    }

    public ClusterDatabaseException()
    {
    }

    /// <summary>It may be otherwise in a moment: the server is down, starts, or fails over. Else somebody has to do something: a wrong password, missing tables.</summary>
    public bool MayPass { get; init; }
}
