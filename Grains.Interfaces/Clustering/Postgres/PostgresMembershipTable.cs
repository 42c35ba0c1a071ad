using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.MembershipService;

namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>
/// The engine's table in PostgreSQL (<c>UseAdoNetClustering</c>) as this store needs it: faults are <see cref="ClusterDatabaseException"/>; and votes of voters that are dead themselves are not
/// told, for the reason that <see cref="FileMembershipTable"/> gives.
/// </summary>
public sealed class PostgresMembershipTable : IMembershipTable
{
    /// <summary>The provider's name for PostgreSQL.</summary>
    internal const string Invariant = "Npgsql";

    private readonly AdoNetClusteringTable _table;
    private readonly string _connectionString;
    private volatile bool _isReady;

    public PostgresMembershipTable(
        IOptions<PostgresClusteringOptions> options, IOptions<ClusterOptions> cluster, IServiceProvider services, ILogger<AdoNetClusteringTable> logger)
    {
        _connectionString = options.Value.ConnectionString;
        _table = new AdoNetClusteringTable(
            services, cluster, Options.Create(new AdoNetClusteringSiloOptions { Invariant = Invariant, ConnectionString = _connectionString }), logger);
    }

    /// <summary>A table outside of any host, for who looks at it without being a silo.</summary>
    public PostgresMembershipTable(string connectionString, ClusterOptions cluster)
        : this(
            Options.Create(new PostgresClusteringOptions { ConnectionString = connectionString }),
            Options.Create(cluster),
            new ServiceCollection().BuildServiceProvider(),
            NullLogger<AdoNetClusteringTable>.Instance)
    {
    }

    /// <inheritdoc/>
    public Task InitializeMembershipTable(bool tryInitTableVersion) => Guard(() => Prepare(tryInitTableVersion));

    /// <inheritdoc/>
    public Task DeleteMembershipTableEntries(string clusterId) => Guard(() => _table.DeleteMembershipTableEntries(clusterId));

    /// <inheritdoc/>
    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => Guard(() => _table.CleanupDefunctSiloEntries(beforeDate));

    /// <inheritdoc/>
    public async Task<MembershipTableData> ReadRow(SiloAddress key)
    {
        // The votes on it are told or not by what is known of the voters, hence by the other rows.
        var all = await ReadAll().ConfigureAwait(false);
        return all.TryGet(key) is { } row ? new MembershipTableData(row, all.Version) : new MembershipTableData(all.Version);
    }

    /// <inheritdoc/>
    public async Task<MembershipTableData> ReadAll()
    {
        var read = await PostgresFaults.Guard(_connectionString, ReadTable).ConfigureAwait(false);
        var dead = read.Members.Select(row => row.Item1).Where(entry => entry.Status == SiloStatus.Dead).Select(entry => entry.SiloAddress).ToHashSet();
        foreach (var (entry, _) in read.Members)
        {
            // The votes on a dead silo stay, to tell who it was.
            if (entry.Status != SiloStatus.Dead) entry.SuspectTimes?.RemoveAll(vote => dead.Contains(vote.Item1));
        }

        return read;
    }

    /// <inheritdoc/>
    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) =>
        PostgresFaults.Guard(_connectionString, () => _table.InsertRow(Stamped(entry), tableVersion));

    /// <inheritdoc/>
    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) =>
        PostgresFaults.Guard(_connectionString, () => _table.UpdateRow(Stamped(entry), etag, tableVersion));

    /// <inheritdoc/>
    public Task UpdateIAmAlive(MembershipEntry entry) => Guard(() => _table.UpdateIAmAlive(Stamped(entry)));

    private async Task<MembershipTableData> ReadTable()
    {
        // Who is no silo reads without having been through a silo's start.
        if (!_isReady) await Prepare(tryInitTableVersion: false).ConfigureAwait(false);
        return await _table.ReadAll().ConfigureAwait(false);
    }

    private async Task Prepare(bool tryInitTableVersion)
    {
        await _table.InitializeMembershipTable(tryInitTableVersion).ConfigureAwait(false);
        _isReady = true;
    }

    private Task Guard(Func<Task> call) => PostgresFaults.Guard(_connectionString, call);

    // Orleans writes UTC times, some of them without saying so, which the database does not take.
    private static MembershipEntry Stamped(MembershipEntry entry)
    {
        entry.StartTime = DateTime.SpecifyKind(entry.StartTime, DateTimeKind.Utc);
        entry.IAmAliveTime = DateTime.SpecifyKind(entry.IAmAliveTime, DateTimeKind.Utc);
        return entry;
    }
}
