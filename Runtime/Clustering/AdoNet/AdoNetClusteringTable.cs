using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Runtime.MembershipService;

/// <summary>
/// The membership table in a database, in the tables that Orleans uses there. Rows have no etags of their own: every change goes through the version, which is proof enough.
/// </summary>
public partial class AdoNetClusteringTable : IMembershipTable
{
    private readonly string _cluster;
    private readonly AdoNetClusteringSiloOptions _options;
    private readonly ILogger _logger;
    private AdoNetQueries? _queries;

    public AdoNetClusteringTable(
        IServiceProvider serviceProvider,
        IOptions<ClusterOptions> clusterOptions,
        IOptions<AdoNetClusteringSiloOptions> clusteringOptions,
        ILogger<AdoNetClusteringTable> logger)
    {
        _cluster = clusterOptions.Value.ClusterId;
        _options = clusteringOptions.Value;
        _logger = logger;
    }

    private AdoNetQueries Queries => _queries ?? throw new InvalidOperationException("The membership table is used before it was initialized.");

    public async Task InitializeMembershipTable(bool tryInitTableVersion)
    {
        var queries = await AdoNetQueries.Load(_options.Invariant, _options.ConnectionString).ConfigureAwait(false);
        if (tryInitTableVersion && await queries.IsDone(AdoNetQueries.InsertVersion, AdoNetQueries.Text("DeploymentId", _cluster)).ConfigureAwait(false))
            LogBegun(_cluster);
        _queries = queries;
    }

    public Task<MembershipTableData> ReadRow(SiloAddress key) => Read(AdoNetQueries.ReadRow, AdoNetRows.Key(_cluster, key));

    public Task<MembershipTableData> ReadAll() => Read(AdoNetQueries.ReadAll, AdoNetQueries.Text("DeploymentId", _cluster));

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(tableVersion);
        return Queries.IsDone(
            AdoNetQueries.Insert,
            [
                .. AdoNetRows.Key(_cluster, entry.SiloAddress),
                AdoNetQueries.Text("SiloName", entry.SiloName),
                AdoNetQueries.Text("HostName", entry.HostName),
                AdoNetQueries.Number("Status", (int)entry.Status),
                AdoNetQueries.Number("ProxyPort", entry.ProxyPort),
                AdoNetQueries.Time("StartTime", entry.StartTime),
                AdoNetQueries.Time("IAmAliveTime", entry.IAmAliveTime),
                AdoNetQueries.Number("Version", Number(tableVersion)),
            ]);
    }

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(tableVersion);
        return Queries.IsDone(
            AdoNetQueries.Update,
            [
                .. AdoNetRows.Key(_cluster, entry.SiloAddress),
                AdoNetQueries.Number("Status", (int)entry.Status),
                AdoNetQueries.Text("SuspectTimes", AdoNetRows.PrintVotes(entry.SuspectTimes)),
                AdoNetQueries.Time("IAmAliveTime", entry.IAmAliveTime),
                AdoNetQueries.Number("Version", Number(tableVersion)),
            ]);
    }

    public Task UpdateIAmAlive(MembershipEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Queries.Execute(
            AdoNetQueries.UpdateAlive, [.. AdoNetRows.Key(_cluster, entry.SiloAddress), AdoNetQueries.Time("IAmAliveTime", entry.IAmAliveTime)]);
    }

    public Task DeleteMembershipTableEntries(string clusterId) => Queries.Execute(AdoNetQueries.Delete, AdoNetQueries.Text("DeploymentId", clusterId));

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => Queries.Execute(
        AdoNetQueries.Cleanup, AdoNetQueries.Text("DeploymentId", _cluster), AdoNetQueries.Time("IAmAliveTime", beforeDate.UtcDateTime));

    private async Task<MembershipTableData> Read(string query, params Npgsql.NpgsqlParameter[] parameters)
    {
        var rows = await Queries.Query(query, AdoNetRows.Read, parameters).ConfigureAwait(false);
        if (rows.Count == 0)
            throw new OrleansException($"The membership database has no version row of cluster '{_cluster}': it was emptied while the cluster ran.");
        var version = new TableVersion(rows[0].Version, rows[0].Version.ToString(CultureInfo.InvariantCulture));
        return new MembershipTableData([.. rows.Where(row => row.Entry is not null).Select(row => Tuple.Create(row.Entry!, string.Empty))], version);
    }

    /// <summary>The version that the caller has read, which is what its etag is.</summary>
    private static int Number(TableVersion version) => int.Parse(version.VersionEtag, NumberStyles.None, CultureInfo.InvariantCulture);

    [LoggerMessage(2141, LogLevel.Information, "Began the membership table of cluster {Cluster} in the database.")]
    private partial void LogBegun(string cluster);
}
