using System.Data.Common;
using System.Net.Sockets;
using Npgsql;

namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>Turns the faults of a database call into <see cref="ClusterDatabaseException"/>, once, at the edge: who calls the authority or the table knows <see cref="IOException"/> as "try again".</summary>
internal static class PostgresFaults
{
    /// <summary>What a person is told about missing tables, functions and statements.</summary>
    private const string Remedy = "run docker/postgres/01-orleans-clustering.sql and 02-orleans-kv.sql on it, and let this user use what they create";

    public static async Task<T> Guard<T>(string connectionString, Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception fault) when (Describe(connectionString, fault) is { } described)
        {
            throw described;
        }
    }

    public static Task Guard(string connectionString, Func<Task> call) => Guard(connectionString, async () =>
    {
        await call().ConfigureAwait(false);
        return true;
    });

    private static ClusterDatabaseException? Describe(string connectionString, Exception fault)
    {
        var where = $"The cluster's database {PostgresConnection.Describe(connectionString)}";
        return fault switch
        {
            ClusterDatabaseException => null,
            PostgresException said => Describe(where, said),
            // Not an answer of the server: no connection, a broken one, or none in time.
            DbException or SocketException or TimeoutException or IOException =>
                new ClusterDatabaseException($"{where} cannot be reached: {Cause(fault)}.", fault) { MayPass = true },
            // The engine has read OrleansQuery, and found statements missing.
            OrleansConfigurationException or ArgumentException when fault.Message.Contains("missing", StringComparison.OrdinalIgnoreCase) || fault.Message.Contains("lacks", StringComparison.Ordinal) =>
                new ClusterDatabaseException($"{where} is not prepared: {Remedy}.", fault),
            _ => null,
        };
    }

    private static ClusterDatabaseException Describe(string where, PostgresException said) => said.SqlState switch
    {
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedColumn =>
            new ClusterDatabaseException($"{where} is not prepared ({said.MessageText}): {Remedy}.", said),
        PostgresErrorCodes.InsufficientPrivilege =>
            new ClusterDatabaseException($"{where} does not let this user use its tables ({said.MessageText}): grant SELECT, INSERT, UPDATE and DELETE on them.", said),
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InvalidCatalogName =>
            new ClusterDatabaseException($"{where} turns this user away: {said.MessageText}.", said),
        // Starting up, shutting down, too many connections, read-only during a fail-over, a deadlock: all of them end.
        _ => new ClusterDatabaseException($"{where} refused a statement ({said.SqlState}: {said.MessageText}).", said) { MayPass = true },
    };

    private static string Cause(Exception fault)
    {
        while (fault is NpgsqlException { InnerException: { } inner }) fault = inner;
        return fault.Message.TrimEnd('.');
    }
}
