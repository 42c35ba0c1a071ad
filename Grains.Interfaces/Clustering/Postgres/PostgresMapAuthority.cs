using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Orleans.Configuration;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>
/// The map authority in PostgreSQL, in the database that holds the membership table. Each call is one statement, hence one transaction: the database's functions
/// (<c>docker/postgres/02-orleans-kv.sql</c>) take the lock of the cluster's row first, so that changes have one order, and a reading sees map and nodes of one moment.
/// </summary>
/// <remarks>
/// Whoever loses the connection during a call does not know what became of it, as the interface allows. The order holds for one database: a stand-by that takes over without the last
/// acknowledged commits would take the map back, so that a fail-over needs synchronous replication.
/// </remarks>
public sealed class PostgresMapAuthority : IMapAuthority
{
    private readonly string _connectionString;
    private readonly string _cluster;

    public PostgresMapAuthority(IOptions<PostgresClusteringOptions> options, IOptions<ClusterOptions> cluster)
        : this(options.Value.ConnectionString, cluster.Value.ClusterId)
    {
    }

    public PostgresMapAuthority(string connectionString, string cluster)
    {
        _connectionString = connectionString;
        _cluster = cluster;
    }

    /// <inheritdoc/>
    public ValueTask<AuthorityView> Read(CancellationToken cancellation) => Ask(
        """
        SELECT m.Epoch, m.Map, n.Name, n.Store, n.Silo, n.Draining, n.Durable, n.WasMember
        FROM OrleansKvMap m LEFT JOIN OrleansKvNode n ON n.ClusterId = m.ClusterId
        WHERE m.ClusterId = $1 ORDER BY n.Name
        """,
        ReadView,
        [],
        cancellation);

    /// <inheritdoc/>
    public ValueTask<bool> TryInstall(
        ReadOnlyMemory<byte> map, long epoch, long expected, IReadOnlyCollection<string> stores, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(stores);
        if (epoch <= expected) throw new ArgumentException($"Epoch {epoch} does not follow epoch {expected}.", nameof(epoch));
        // The caller may reuse its buffer as soon as this method returns.
        return Ask(
            "SELECT orleans_kv_install($1, $2, $3, $4, $5)",
            IsTrue,
            [Value(expected), Value(epoch), Value(map.ToArray()), Value(stores.ToArray())],
            cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask Register(NodeRecord node, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(node);
        await Ask(
            "SELECT orleans_kv_register($1, $2, $3, $4, $5, $6, $7)",
            static (_, _) => Task.FromResult(true),
            [Value(node.Name), Value(node.Store), Value(node.Silo.ToParsableString()), Value(node.Draining), Value(node.Durable), Value(node.WasMember)],
            cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<bool> SetDraining(string name, string store, bool draining, CancellationToken cancellation) =>
        Ask("SELECT orleans_kv_drain($1, $2, $3, $4)", IsTrue, [Value(name), Value(store), Value(draining)], cancellation);

    private async ValueTask<T> Ask<T>(string statement, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, NpgsqlParameter[] parameters, CancellationToken cancellation) =>
        await PostgresFaults.Guard(_connectionString, async () =>
        {
            await using var connection = new NpgsqlConnection(_connectionString);
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            await using var command = new NpgsqlCommand(statement, connection);
            command.Parameters.Add(Value(_cluster));
            command.Parameters.AddRange(parameters);
            await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            return await read(reader, cancellation).ConfigureAwait(false);
        }).ConfigureAwait(false);

    private static async Task<AuthorityView> ReadView(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var view = AuthorityView.Empty;
        var nodes = new List<NodeRecord>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            view = new AuthorityView(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), nodes);
            // Before the first node has registered, the row of the map stands alone.
            if (reader.IsDBNull(2)) continue;
            nodes.Add(new NodeRecord(
                reader.GetString(2), reader.GetString(3), SiloAddress.FromParsableString(reader.GetString(4)), reader.GetBoolean(5), reader.GetBoolean(6), reader.GetBoolean(7)));
        }

        return view;
    }

    private static async Task<bool> IsTrue(NpgsqlDataReader reader, CancellationToken cancellation) =>
        await reader.ReadAsync(cancellation).ConfigureAwait(false) && reader.GetBoolean(0);

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value, NpgsqlDbType = TypeOf<T>() };

    private static NpgsqlDbType TypeOf<T>() =>
        typeof(T) == typeof(string) ? NpgsqlDbType.Text
        : typeof(T) == typeof(long) ? NpgsqlDbType.Bigint
        : typeof(T) == typeof(bool) ? NpgsqlDbType.Boolean
        : typeof(T) == typeof(byte[]) ? NpgsqlDbType.Bytea
        : typeof(T) == typeof(string[]) ? NpgsqlDbType.Array | NpgsqlDbType.Text
        : throw new NotSupportedException(typeof(T).Name);
}
