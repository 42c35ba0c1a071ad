using Npgsql;

namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>The connection string of the cluster's database, as an operator writes it: what it lacks is filled in, and what is wrong with it is said without showing it.</summary>
public static class PostgresConnection
{
    /// <summary>
    /// In seconds. A database that is there answers within milliseconds; one whose machine is off must not hold up a silo's start or a change of the map for Npgsql's 15 seconds.
    /// </summary>
    private const int ConnectTimeout = 3;

    /// <summary>In seconds, for the same reason, instead of 30: every statement touches a few rows. Longer than a fail-over of the database to wait out has no use, as all is tried again.</summary>
    private const int StatementTimeout = 5;

    /// <summary>A host has two or three statements under way at most; more connections than this would be a fault, and a hundred processes must not use up the server's.</summary>
    private const int MaxConnections = 8;

    /// <summary>In seconds. Finds out that a fail-over or a firewall has cut a connection that lies idle in the pool.</summary>
    private const int KeepAlive = 10;

    /// <summary>What is wrong with it, for a sentence that begins with where it was read; null if nothing is.</summary>
    public static string? Fault(string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        if (string.IsNullOrWhiteSpace(connectionString)) return "is empty: write a connection string as Host=db;Username=kv;Password=...;Database=kv";
        if (connectionString.Contains("://", StringComparison.Ordinal) && !connectionString.Contains('='))
            return "is a URI: write it as Host=db;Username=kv;Password=...;Database=kv";
        try
        {
            return string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(connectionString).Host) ? "names no Host" : null;
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or KeyNotFoundException)
        {
            // Npgsql's messages name keywords and never values.
            return $"is no connection string of Npgsql: {fault.Message.TrimEnd('.')}";
        }
    }

    /// <summary>The same with this store's defaults for what it leaves open.</summary>
    public static string Complete(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        var said = new HashSet<string>(builder.Keys.Cast<string>(), StringComparer.OrdinalIgnoreCase);
        if (!said.Contains("Timeout")) builder.Timeout = ConnectTimeout;
        if (!said.Contains("Command Timeout")) builder.CommandTimeout = StatementTimeout;
        if (!said.Contains("Maximum Pool Size")) builder.MaxPoolSize = Math.Max(MaxConnections, builder.MinPoolSize);
        if (!said.Contains("Keepalive")) builder.KeepAlive = KeepAlive;
        if (!said.Contains("Application Name")) builder.ApplicationName = "orleans-kv";
        // A silo changes its rows; a standby that was asked by mistake would refuse, and the list may name both.
        if (builder.Host!.Contains(',', StringComparison.Ordinal) && !said.Contains("Target Session Attributes")) builder.TargetSessionAttributes = "read-write";
        return builder.ConnectionString;
    }

    /// <summary>Where it leads, for logs and messages: host, port and database, and no secret.</summary>
    public static string Describe(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        return $"{builder.Host}:{builder.Port}/{builder.Database ?? builder.Username}";
    }
}
