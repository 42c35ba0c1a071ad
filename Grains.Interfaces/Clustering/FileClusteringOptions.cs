using System.Net;

namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>Where the cluster of one machine keeps its membership table and its cluster map.</summary>
public sealed class FileClusteringOptions
{
    /// <summary>The cluster file. Every silo and every client of the cluster names the same one, on a local file system.</summary>
    public string Path { get; set; } = "";

    /// <summary>
    /// How long a writer waits for the lock before it reports the file as busy. Long enough for dozens of silos that write at
    /// once (a write holds the lock for well under a millisecond), short enough that a stuck holder shows up in the log.
    /// </summary>
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Gateways that a client uses whether they are listed or not: above all the one of the silo on its own machine, which goes on serving it when both are cut off from the others and the silo
    /// is no member of anything.
    /// </summary>
    public IList<IPEndPoint> FixedGateways { get; } = [];
}
