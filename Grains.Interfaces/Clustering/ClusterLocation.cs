using System.Net;
using Orleans.Configuration;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>
/// Where a process finds its cluster, as its operator says it: in a PostgreSQL database, or else in a file of a directory. One class for silos and API hosts, so that both understand the same
/// options in the same way.
/// <para>
/// The connection string is never an option of the command line, which every user of the machine can see: it comes from a file (<c>--postgres-file</c>) or from the
/// environment (<see cref="EnvironmentVariable"/>); the file wins.
/// </para>
/// </summary>
public sealed class ClusterLocation
{
    /// <summary>Holds the connection string itself.</summary>
    public const string EnvironmentVariable = "KV_POSTGRES";

    /// <summary>The cluster's name in a database, unless another one is given.</summary>
    public const string DefaultClusterId = "orleans-kv";

    private string? _connectionString;

    /// <summary>The file whose first line is the connection string.</summary>
    public string? PostgresFile { get; set; }

    /// <summary>What <see cref="EnvironmentVariable"/> holds.</summary>
    public string? FromEnvironment { get; set; }

    /// <summary>Which of the clusters that share a database. A file holds one, whose name nobody has to say.</summary>
    public string? ClusterId { get; set; }

    /// <summary>Orleans' second name of a cluster, which stays when the first one changes; the same as the first one where it is not given.</summary>
    public string? ServiceId { get; set; }

    public bool IsDatabase => PostgresFile is not null || !string.IsNullOrWhiteSpace(FromEnvironment);

    /// <summary>Complete, and read by <see cref="Faults"/>.</summary>
    private string ConnectionString => _connectionString ?? throw new InvalidOperationException("The cluster's location is used before it was checked.");

    /// <summary>Takes an option of the command line; false where it is none of these.</summary>
    public bool Apply(string name, string value)
    {
        switch (name)
        {
            case "--postgres-file": PostgresFile = value; return true;
            case "--cluster-id": ClusterId = value; return true;
            case "--service-id": ServiceId = value; return true;
            default: return false;
        }
    }

    /// <summary>Reads the connection string, and says all that is wrong with the options.</summary>
    public IEnumerable<string> Faults()
    {
        foreach (var (option, id) in new[] { ("--cluster-id", ClusterId), ("--service-id", ServiceId) })
        {
            if (id is not null && (id.Length is 0 or > 150 || id.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))))
                yield return $"{option} must be 1 to 150 letters, digits, '-', '_' or '.'.";
        }

        if (!IsDatabase) yield break;
        var from = PostgresFile is null ? EnvironmentVariable : $"--postgres-file {PostgresFile}";
        var (line, unreadable) = PostgresFile is null ? (FromEnvironment!.Trim(), null) : FirstLine(PostgresFile);
        if ((unreadable ?? PostgresConnection.Fault(line)) is { } fault) yield return $"{from} {fault}.";
        else _connectionString = PostgresConnection.Complete(line);
    }

    /// <summary>Clusters a silo here.</summary>
    public void Use(ISiloBuilder silo, string file)
    {
        if (IsDatabase) silo.UsePostgresClustering(ConnectionString);
        else silo.UseFileClustering(file);
        silo.Configure<ClusterOptions>(Name);
    }

    /// <summary>Has a client find its cluster here.</summary>
    public void Use(IClientBuilder client, string file, IEnumerable<IPEndPoint> fixedGateways)
    {
        if (IsDatabase) client.UsePostgresClustering(ConnectionString, fixedGateways);
        else client.UseFileClustering(file, fixedGateways);
        client.Configure<ClusterOptions>(Name);
    }

    /// <summary>The two shared tables outside of any host: for who looks at them without being a member.</summary>
    public (IMapAuthority Authority, IMembershipTable Membership) Open(string file, TimeProvider time)
    {
        var cluster = new ClusterOptions();
        Name(cluster);
        if (IsDatabase) return (new PostgresMapAuthority(ConnectionString, cluster.ClusterId), new PostgresMembershipTable(ConnectionString, cluster));
        var shared = new ClusterFile(new FileClusteringOptions { Path = file }, time);
        return (new FileMapAuthority(shared), new FileMembershipTable(shared, cluster.ClusterId));
    }

    /// <summary>For logs: no secret in it.</summary>
    public string Describe(string file) => IsDatabase ? $"database {PostgresConnection.Describe(ConnectionString)}" : $"file {file}";

    private void Name(ClusterOptions cluster)
    {
        cluster.ClusterId = ClusterId ?? (IsDatabase ? DefaultClusterId : FileClusteringExtensions.ClusterName);
        cluster.ServiceId = ServiceId ?? cluster.ClusterId;
    }

    private static (string Line, string? Fault) FirstLine(string path)
    {
        try
        {
            return (File.ReadLines(path).FirstOrDefault()?.Trim() ?? "", null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return ("", $"cannot be read: {fault.Message.TrimEnd('.')}");
        }
    }
}
