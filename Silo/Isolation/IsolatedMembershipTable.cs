using System.Globalization;

namespace Orleans.Kv.Silo.Isolation;

/// <summary>
/// The membership of a silo that is cut off: a table in memory which nobody else ever sees, so that the silo is the only member of its own cluster, and neither writes to the
/// others' table nor votes against anybody. It lives as long as the host.
/// </summary>
internal sealed class IsolatedMembershipTable : IMembershipTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SiloAddress, (MembershipEntry Entry, string Etag)> _rows = [];
    private int _version;
    private long _writes;

    public Task InitializeMembershipTable(bool tryInitTableVersion) => Task.CompletedTask;

    public Task DeleteMembershipTableEntries(string clusterId)
    {
        lock (_gate) _rows.Clear();
        return Task.CompletedTask;
    }

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => Task.CompletedTask;

    public Task<MembershipTableData> ReadRow(SiloAddress key)
    {
        lock (_gate)
        {
            return Task.FromResult(_rows.TryGetValue(key, out var row)
                ? new MembershipTableData(Tuple.Create(row.Entry.Duplicate(), row.Etag), Version)
                : new MembershipTableData(Version));
        }
    }

    public Task<MembershipTableData> ReadAll()
    {
        lock (_gate) return Task.FromResult(new MembershipTableData([.. _rows.Values.Select(row => Tuple.Create(row.Entry.Duplicate(), row.Etag))], Version));
    }

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion)
    {
        lock (_gate) return Task.FromResult(!_rows.ContainsKey(entry.SiloAddress) && Write(entry, tableVersion));
    }

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion)
    {
        lock (_gate) return Task.FromResult(_rows.TryGetValue(entry.SiloAddress, out var row) && row.Etag == etag && Write(entry, tableVersion));
    }

    public Task UpdateIAmAlive(MembershipEntry entry)
    {
        lock (_gate)
        {
            if (_rows.TryGetValue(entry.SiloAddress, out var row)) row.Entry.IAmAliveTime = entry.IAmAliveTime;
        }

        return Task.CompletedTask;
    }

    private TableVersion Version => new(_version, _version.ToString(CultureInfo.InvariantCulture));

    private bool Write(MembershipEntry entry, TableVersion next)
    {
        if (next.VersionEtag != Version.VersionEtag) return false;
        _version = next.Version;
        _rows[entry.SiloAddress] = (entry.Duplicate(), (++_writes).ToString(CultureInfo.InvariantCulture));
        return true;
    }
}
