using System.Data;
using Npgsql;

namespace Orleans.Runtime.MembershipService;

/// <summary>
/// The statements of a membership database, as its table <c>OrleansQuery</c> holds them: this side knows their keys, their parameters and the columns that they return; how they do it is
/// the database's business. Every call takes a connection of the pool that Npgsql keeps for the connection string, and gives it back.
/// </summary>
internal sealed class AdoNetQueries
{
    public const string Invariant = "Npgsql";

    public const string Gateways = "GatewaysQueryKey";
    public const string ReadRow = "MembershipReadRowKey";
    public const string ReadAll = "MembershipReadAllKey";
    public const string InsertVersion = "InsertMembershipVersionKey";
    public const string UpdateAlive = "UpdateIAmAlivetimeKey";
    public const string Insert = "InsertMembershipKey";
    public const string Update = "UpdateMembershipKey";
    public const string Delete = "DeleteMembershipTableEntriesKey";
    public const string Cleanup = "CleanupDefunctSiloEntriesKey";

    private static readonly string[] Keys = [Gateways, ReadRow, ReadAll, InsertVersion, UpdateAlive, Insert, Update, Delete, Cleanup];

    private readonly string _connectionString;
    private readonly Dictionary<string, string> _texts;

    private AdoNetQueries(string connectionString, Dictionary<string, string> texts)
    {
        _connectionString = connectionString;
        _texts = texts;
    }

    /// <exception cref="OrleansConfigurationException">The options name no database that can be used, or the database lacks a statement.</exception>
    public static async Task<AdoNetQueries> Load(string? invariant, string? connectionString)
    {
        if (invariant != Invariant)
            throw new OrleansConfigurationException($"AdoNet clustering: the invariant '{invariant}' is not known; there is '{Invariant}'.");
        if (string.IsNullOrWhiteSpace(connectionString))
            throw new OrleansConfigurationException("AdoNet clustering needs a connection string.");

        var texts = new Dictionary<string, string>();
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync().ConfigureAwait(false);
        await using var command = new NpgsqlCommand("SELECT QueryKey, QueryText FROM OrleansQuery", connection);
        await using var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        while (await reader.ReadAsync().ConfigureAwait(false))
            texts[reader.GetString(0)] = reader.GetString(1);
        return Keys.Where(key => !texts.ContainsKey(key)).ToList() is { Count: > 0 } missing
            ? throw new OrleansConfigurationException($"The membership database lacks statements in OrleansQuery: {string.Join(", ", missing)}.")
            : new AdoNetQueries(connectionString, texts);
    }

    public async Task<List<T>> Query<T>(string key, Func<NpgsqlDataReader, T> read, params NpgsqlParameter[] parameters)
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync().ConfigureAwait(false);
        await using var command = new NpgsqlCommand(_texts[key], connection);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync().ConfigureAwait(false))
            rows.Add(read(reader));
        return rows;
    }

    public Task Execute(string key, params NpgsqlParameter[] parameters) => Query(key, static _ => true, parameters);

    /// <summary>Whether a statement that says 1 or 0 has done what it was asked.</summary>
    public async Task<bool> IsDone(string key, params NpgsqlParameter[] parameters)
    {
        var answers = await Query(key, static reader => reader.GetInt32(0), parameters).ConfigureAwait(false);
        return answers is [> 0, ..];
    }

    public static NpgsqlParameter Text(string name, string? value) => new(name, DbType.String) { Value = (object?)value ?? DBNull.Value };

    public static NpgsqlParameter Number(string name, int value) => new(name, DbType.Int32) { Value = value };

    /// <summary>Times of membership are UTC, whether they say so or not.</summary>
    public static NpgsqlParameter Time(string name, DateTime value) =>
        new(name, DbType.DateTime) { Value = DateTime.SpecifyKind(value, DateTimeKind.Utc) };
}
