namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>The cluster file cannot be read, written or understood. The message names the file, what is wrong, and where.</summary>
public sealed class ClusterFileException : IOException
{
    public ClusterFileException(string message) : base(message)
    {
    }

    public ClusterFileException(string message, Exception innerException) : base(message, innerException)
    {
    }

    public ClusterFileException()
    {
    }
}
