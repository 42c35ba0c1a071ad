using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.Messaging;
using Orleans.Serialization;

namespace Orleans.Runtime.MembershipService;

/// <summary>
/// The table in the primary silo's memory: used directly there, by system requests from everywhere else. For development: with the
/// primary the table is gone, and with it the cluster's ability to change.
/// </summary>
internal sealed class PrimarySiloMembershipTable : IMembershipTable
{
    /// <summary>The primary may be started later than the others.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan StartPause = TimeSpan.FromMilliseconds(500);

    private readonly ISystemCaller _caller;
    private readonly Serializer _serializer;
    private readonly TimeProvider _time;
    private readonly SiloAddress _primary;
    private readonly InMemoryMembershipTable? _own;

    public PrimarySiloMembershipTable(
        ISystemCaller caller,
        ILocalSiloDetails local,
        IOptions<DevelopmentClusterMembershipOptions> options,
        Serializer serializer,
        TimeProvider time)
    {
        _caller = caller;
        _serializer = serializer;
        _time = time;

        // Nobody knows the primary's generation before the table says it: 0 stands for whichever silo listens there.
        var endpoint = options.Value.PrimarySiloEndpoint ?? local.SiloAddress.Endpoint;
        _primary = SiloAddress.New(endpoint, 0);
        _own = endpoint.Equals(local.SiloAddress.Endpoint) ? new InMemoryMembershipTable() : null;
    }

    public async Task InitializeMembershipTable(bool tryInitTableVersion)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            try
            {
                await ReadAll().ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (
                exception is OrleansException or TimeoutException && _time.GetElapsedTime(started) < StartPatience)
            {
                await Task.Delay(StartPause, _time).ConfigureAwait(false);
            }
        }
    }

    public Task DeleteMembershipTableEntries(string clusterId) =>
        Ask<bool>(new TableRequest { Operation = TableOperation.DeleteAll, Text = clusterId });

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) =>
        Ask<bool>(new TableRequest { Operation = TableOperation.DeleteDefunct, Before = beforeDate });

    public Task<MembershipTableData> ReadRow(SiloAddress key) =>
        Ask<MembershipTableData>(new TableRequest { Operation = TableOperation.ReadRow, Silo = key });

    public Task<MembershipTableData> ReadAll() => Ask<MembershipTableData>(new TableRequest { Operation = TableOperation.ReadAll });

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) =>
        Ask<bool>(new TableRequest { Operation = TableOperation.Insert, Entry = entry, Version = tableVersion });

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) =>
        Ask<bool>(new TableRequest { Operation = TableOperation.Update, Entry = entry, Text = etag, Version = tableVersion });

    public Task UpdateIAmAlive(MembershipEntry entry) => Ask<bool>(new TableRequest { Operation = TableOperation.Heartbeat, Entry = entry });

    /// <summary>Answers another silo's <see cref="SystemOperation.MembershipTable"/>.</summary>
    public async Task<byte[]> Handle(byte[] payload)
    {
        var answer = await Apply(_serializer.Deserialize<TableRequest>(payload)!).ConfigureAwait(false);
        return answer is MembershipTableData data ? _serializer.SerializeToArray(data) : _serializer.SerializeToArray((bool)answer);
    }

    private async Task<T> Ask<T>(TableRequest request)
    {
        if (_own is not null)
            return (T)await Apply(request).ConfigureAwait(false);
        var answer = await _caller.Ask(_primary, SystemOperation.MembershipTable, _serializer.SerializeToArray(request)).ConfigureAwait(false);
        return _serializer.Deserialize<T>(answer)!;
    }

    private async Task<object> Apply(TableRequest request)
    {
        var table = _own ?? throw new OrleansException($"This silo does not hold the membership table; {_primary} does.");
        switch (request.Operation)
        {
            case TableOperation.DeleteAll:
                await table.DeleteMembershipTableEntries(request.Text!).ConfigureAwait(false);
                return true;
            case TableOperation.DeleteDefunct:
                await table.CleanupDefunctSiloEntries(request.Before).ConfigureAwait(false);
                return true;
            case TableOperation.ReadRow:
                return await table.ReadRow(request.Silo!).ConfigureAwait(false);
            case TableOperation.ReadAll:
                return await table.ReadAll().ConfigureAwait(false);
            case TableOperation.Insert:
                return await table.InsertRow(request.Entry!, request.Version!).ConfigureAwait(false);
            case TableOperation.Update:
                return await table.UpdateRow(request.Entry!, request.Text!, request.Version!).ConfigureAwait(false);
            case TableOperation.Heartbeat:
                await table.UpdateIAmAlive(request.Entry!).ConfigureAwait(false);
                return true;
            default:
                throw new OrleansException($"There is no table operation {request.Operation}.");
        }
    }
}
