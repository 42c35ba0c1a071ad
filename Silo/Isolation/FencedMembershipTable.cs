namespace Orleans.Kv.Silo.Isolation;

/// <summary>
/// The membership table as one host sees it. Behind the raised fence it is neither written nor read: changes count as made, and all silos are dead, this one included, in a version newer than
/// any that the host can have heard of.
/// </summary>
internal sealed class FencedMembershipTable(IMembershipTable table, HostFence fence) : IMembershipTable
{
    /// <summary>Silos tell each other of changes, so the host may know versions that it has not read.</summary>
    private const int VersionsAhead = 1_000_000;

    private volatile MembershipTableData _last = new(new TableVersion(0, "0"));

    public Task InitializeMembershipTable(bool tryInitTableVersion) => fence.IsUp ? Task.CompletedTask : table.InitializeMembershipTable(tryInitTableVersion);

    public Task DeleteMembershipTableEntries(string clusterId) => fence.IsUp ? Task.CompletedTask : table.DeleteMembershipTableEntries(clusterId);

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => fence.IsUp ? Task.CompletedTask : table.CleanupDefunctSiloEntries(beforeDate);

    public async Task<MembershipTableData> ReadRow(SiloAddress key)
    {
        if (!fence.IsUp) return await table.ReadRow(key);
        var all = AllDead();
        return all.TryGet(key) is { } row ? new MembershipTableData(row, all.Version) : new MembershipTableData(all.Version);
    }

    public async Task<MembershipTableData> ReadAll()
    {
        if (!fence.IsUp) return _last = await table.ReadAll();
        return AllDead();
    }

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => fence.IsUp ? Task.FromResult(true) : table.InsertRow(entry, tableVersion);

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) =>
        fence.IsUp ? Task.FromResult(true) : table.UpdateRow(entry, etag, tableVersion);

    public Task UpdateIAmAlive(MembershipEntry entry) => fence.IsUp ? Task.CompletedTask : table.UpdateIAmAlive(entry);

    private MembershipTableData AllDead()
    {
        var last = _last;
        return new MembershipTableData(
            [.. last.Members.Select(member => Tuple.Create(Dead(member.Item1), member.Item2))],
            new TableVersion(last.Version.Version + VersionsAhead, last.Version.VersionEtag));
    }

    private static MembershipEntry Dead(MembershipEntry entry)
    {
        var dead = entry.Duplicate();
        dead.Status = SiloStatus.Dead;
        return dead;
    }
}
