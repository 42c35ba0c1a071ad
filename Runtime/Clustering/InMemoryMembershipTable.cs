using System.Globalization;

namespace Orleans.Runtime.MembershipService;

/// <summary>
/// A membership table in memory, for the silos of one process and as what a primary silo serves. Every row that goes in or out is
/// a copy, as if it had been stored elsewhere: a caller that changes its row afterwards changes nothing here.
/// </summary>
internal sealed class InMemoryMembershipTable : IMembershipTable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<SiloAddress, (MembershipEntry Entry, string Etag)> _rows = [];
    private TableVersion _version = new(0, "0");
    private long _lastEtag;

    public Task InitializeMembershipTable(bool tryInitTableVersion) => Task.CompletedTask;

    public Task DeleteMembershipTableEntries(string clusterId)
    {
        lock (_lock)
            _rows.Clear();
        return Task.CompletedTask;
    }

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate)
    {
        lock (_lock)
        {
            var defunct = _rows.Values
                .Select(row => row.Entry)
                .Where(entry => entry.Status != SiloStatus.Active && entry.IAmAliveTime < beforeDate.UtcDateTime && entry.StartTime < beforeDate.UtcDateTime)
                .Select(entry => entry.SiloAddress)
                .ToList();
            defunct.ForEach(silo => _rows.Remove(silo));
        }

        return Task.CompletedTask;
    }

    public Task<MembershipTableData> ReadRow(SiloAddress key)
    {
        lock (_lock)
        {
            return Task.FromResult(_rows.TryGetValue(key, out var row)
                ? new MembershipTableData(Tuple.Create(row.Entry.Copy(), row.Etag), _version)
                : new MembershipTableData(_version));
        }
    }

    public Task<MembershipTableData> ReadAll()
    {
        lock (_lock)
            return Task.FromResult(new MembershipTableData([.. _rows.Values.Select(row => Tuple.Create(row.Entry.Copy(), row.Etag))], _version));
    }

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion)
    {
        lock (_lock)
        {
            if (_rows.ContainsKey(entry.SiloAddress) || !IsCurrent(tableVersion))
                return Task.FromResult(false);
            Write(entry, tableVersion);
            return Task.FromResult(true);
        }
    }

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion)
    {
        lock (_lock)
        {
            if (!_rows.TryGetValue(entry.SiloAddress, out var row) || row.Etag != etag || !IsCurrent(tableVersion))
                return Task.FromResult(false);
            Write(entry, tableVersion);
            return Task.FromResult(true);
        }
    }

    public Task UpdateIAmAlive(MembershipEntry entry)
    {
        lock (_lock)
        {
            if (_rows.TryGetValue(entry.SiloAddress, out var row))
                row.Entry.IAmAliveTime = entry.IAmAliveTime;
        }

        return Task.CompletedTask;
    }

    private bool IsCurrent(TableVersion proposed) => proposed.VersionEtag == _version.VersionEtag;

    private void Write(MembershipEntry entry, TableVersion tableVersion)
    {
        _rows[entry.SiloAddress] = (entry.Copy(), NextEtag());
        _version = new TableVersion(tableVersion.Version, NextEtag());
    }

    private string NextEtag() => (++_lastEtag).ToString(CultureInfo.InvariantCulture);
}
