using Orleans.Kv.Interfaces.Clustering;

namespace Orleans.Kv.Tests.Api.Clustering;

public sealed class FileMembershipTableTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FileMembershipTable _table;

    public FileMembershipTableTests() => _table = Tables.Open(_directory.File("cluster.json"));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task ReadAll_BeforeAnyWrite_IsEmptyAtVersionZero()
    {
        var data = await _table.ReadAll();

        Assert.Empty(data.Members);
        Assert.Equal(0, data.Version.Version);
    }

    [Fact]
    public async Task InsertRow_IsSeenByAnotherTableWithEveryField()
    {
        var entry = Tables.Entry("silo-1", 1000);
        entry.RoleName = "role";
        entry.FaultZone = 3;
        entry.UpdateZone = 4;
        var voter = Tables.Entry("silo-2", 1002).SiloAddress;
        entry.AddSuspector(voter, new DateTime(2026, 1, 2, 3, 4, 7, DateTimeKind.Utc));
        var version = (await _table.ReadAll()).Version;

        Assert.True(await _table.InsertRow(entry, version.Next()));

        var data = await Tables.Open(_directory.File("cluster.json")).ReadRow(entry.SiloAddress);
        var (read, _) = Assert.Single(data.Members);
        Assert.Equal(version.Version + 1, data.Version.Version);
        Assert.Equal(entry.SiloAddress, read.SiloAddress);
        Assert.Equal(
            (entry.SiloName, entry.HostName, entry.Status, entry.ProxyPort, entry.RoleName, entry.FaultZone, entry.UpdateZone),
            (read.SiloName, read.HostName, read.Status, read.ProxyPort, read.RoleName, read.FaultZone, read.UpdateZone));
        Assert.Equal((entry.StartTime, entry.IAmAliveTime), (read.StartTime, read.IAmAliveTime));
        Assert.Equal(entry.SuspectTimes, read.SuspectTimes);
    }

    [Fact]
    public async Task InsertRow_OfAnExistingSilo_IsRefused()
    {
        var entry = Tables.Entry("silo-1", 1000);
        await InsertAsync(entry);

        Assert.False(await _table.InsertRow(entry, (await _table.ReadAll()).Version.Next()));
    }

    [Fact]
    public async Task InsertRow_WithAnOldTableVersion_IsRefused()
    {
        var old = (await _table.ReadAll()).Version;
        await InsertAsync(Tables.Entry("silo-1", 1000));

        Assert.False(await _table.InsertRow(Tables.Entry("silo-2", 1002), old.Next()));
        Assert.Single((await _table.ReadAll()).Members);
    }

    [Fact]
    public async Task UpdateRow_WithAnOldRowEtag_IsRefused()
    {
        var entry = Tables.Entry("silo-1", 1000);
        await InsertAsync(entry);
        var (_, etag) = (await _table.ReadRow(entry.SiloAddress)).Members[0];
        Assert.True(await _table.UpdateRow(entry, etag, (await _table.ReadAll()).Version.Next()));

        Assert.False(await _table.UpdateRow(entry, etag, (await _table.ReadAll()).Version.Next()));
    }

    [Fact]
    public async Task UpdateRow_WithAnOldTableVersion_IsRefused()
    {
        var entry = Tables.Entry("silo-1", 1000);
        await InsertAsync(entry);
        var old = await _table.ReadRow(entry.SiloAddress);
        await InsertAsync(Tables.Entry("silo-2", 1002));

        entry.Status = SiloStatus.Dead;
        Assert.False(await _table.UpdateRow(entry, old.Members[0].Item2, old.Version.Next()));
        Assert.Equal(SiloStatus.Active, (await _table.ReadRow(entry.SiloAddress)).Members[0].Item1.Status);
    }

    [Fact]
    public async Task UpdateRow_OfAnUnknownSilo_IsRefused() =>
        Assert.False(await _table.UpdateRow(Tables.Entry("silo-9", 1000), "1", (await _table.ReadAll()).Version.Next()));

    [Fact]
    public async Task UpdateIAmAlive_ChangesOnlyTheTimeAndFailsNobodysUpdate()
    {
        var entry = Tables.Entry("silo-1", 1000);
        await InsertAsync(entry);
        var before = await _table.ReadRow(entry.SiloAddress);

        var alive = Tables.Entry("ignored", 1000, status: SiloStatus.Dead);
        alive.IAmAliveTime = alive.IAmAliveTime.AddMinutes(1);
        await _table.UpdateIAmAlive(alive);

        var after = await _table.ReadRow(entry.SiloAddress);
        Assert.Equal(alive.IAmAliveTime, after.Members[0].Item1.IAmAliveTime);
        Assert.Equal(("silo-1", SiloStatus.Active), (after.Members[0].Item1.SiloName, after.Members[0].Item1.Status));
        Assert.Equal(before.Version, after.Version);
        Assert.True(await _table.UpdateRow(entry, before.Members[0].Item2, before.Version.Next()));
    }

    [Fact]
    public async Task VotesOfTheDead_AreNotTold_AndThoseOnTheDeadAre()
    {
        var (accused, former, present) = (Tables.Entry("silo-1", 1000), Tables.Entry("silo-3", 1004, generation: 1), Tables.Entry("silo-3", 1004, generation: 2));
        var now = new DateTime(2026, 1, 2, 3, 5, 0, DateTimeKind.Utc);
        former.Status = SiloStatus.Dead;
        former.SuspectTimes = [Tuple.Create(accused.SiloAddress, now)];
        accused.SuspectTimes = [Tuple.Create(former.SiloAddress, now), Tuple.Create(present.SiloAddress, now)];
        foreach (var entry in new[] { accused, former, present }) await InsertAsync(entry);

        var rows = (await _table.ReadAll()).Members.ToDictionary(row => row.Item1.SiloAddress, row => row.Item1.SuspectTimes);
        Assert.Equal([Tuple.Create(present.SiloAddress, now)], rows[accused.SiloAddress]);
        Assert.Equal([Tuple.Create(accused.SiloAddress, now)], rows[former.SiloAddress]);
        Assert.Equal(rows[accused.SiloAddress], (await _table.ReadRow(accused.SiloAddress)).Members[0].Item1.SuspectTimes);
    }

    [Fact]
    public async Task ThreeSilosThatVoteOnEachOtherAtOnce_LeaveExactlyOneActive_WhateverTheOrder()
    {
        for (var round = 0; round < 20; round++)
        {
            var silos = Enumerable.Range(0, 3).Select(i => Tables.Entry($"silo-{i}", 1000 + (10 * i), generation: 1 + round)).ToArray();
            foreach (var silo in silos) await InsertAsync(silo);
            // Each with a table of its own, as each is a process of its own, and each trying until it is dead or has no one left to vote on.
            await Task.WhenAll(silos.Select(silo => Task.Run(() => VoteOnAll(Tables.Open(_directory.File("cluster.json")), silo.SiloAddress))));

            var rows = (await _table.ReadAll()).Members.Select(row => row.Item1).Where(row => row.SiloAddress.Generation == 1 + round).ToArray();
            Assert.Single(rows, row => row.Status == SiloStatus.Active);
            Assert.Equal(2, rows.Count(row => row.Status == SiloStatus.Dead));
            var last = rows.Single(row => row.Status == SiloStatus.Active);
            last.Status = SiloStatus.Dead;
            Assert.True(await _table.UpdateRow(last, (await _table.ReadRow(last.SiloAddress)).Members[0].Item2, (await _table.ReadAll()).Version.Next()));
        }
    }

    /// <summary>The voting of the engines, in its simplest form: two votes, or those of all others that are active where there are fewer, kill.</summary>
    private static async Task VoteOnAll(FileMembershipTable table, SiloAddress self)
    {
        while (true)
        {
            var read = await table.ReadAll();
            var active = read.Members.Where(row => row.Item1.Status == SiloStatus.Active).ToList();
            if (!active.Exists(row => row.Item1.SiloAddress.Equals(self))) return;
            var accused = active.Find(row => !row.Item1.SiloAddress.Equals(self) && !row.Item1.SuspectTimes!.Exists(vote => vote.Item1.Equals(self)))
                ?? (active.Count == 2 ? active.Find(row => !row.Item1.SiloAddress.Equals(self)) : null);
            if (active.Count == 1) return;
            if (accused is null)
            {
                await Task.Yield();
                continue;
            }

            var (row, etag) = accused;
            row.AddOrUpdateSuspector(self, DateTime.UtcNow, 2);
            if (row.SuspectTimes!.Count >= Math.Min(2, active.Count - 1)) row.Status = SiloStatus.Dead;
            await table.UpdateRow(row, etag, read.Version.Next());
        }
    }

    [Fact]
    public async Task CleanupDefunctSiloEntries_RemovesOldRowsThatAreNotActive()
    {
        await InsertAsync(Tables.Entry("old-active", 1000));
        await InsertAsync(Tables.Entry("old-dead", 1002, status: SiloStatus.Dead));
        var young = Tables.Entry("young-dead", 1004, status: SiloStatus.Dead);
        young.IAmAliveTime = young.IAmAliveTime.AddHours(2);
        await InsertAsync(young);

        await _table.CleanupDefunctSiloEntries(young.IAmAliveTime.AddHours(-1));

        var names = (await _table.ReadAll()).Members.Select(member => member.Item1.SiloName);
        Assert.Equal(["old-active", "young-dead"], names);
    }

    [Fact]
    public async Task DeleteMembershipTableEntries_LeavesAnotherClustersRows()
    {
        await InsertAsync(Tables.Entry("silo-1", 1000));

        await _table.DeleteMembershipTableEntries("other");
        Assert.Single((await _table.ReadAll()).Members);
        await _table.DeleteMembershipTableEntries(Tables.ClusterId);
        Assert.Empty((await _table.ReadAll()).Members);
    }

    [Fact]
    public async Task ASiloOfAnotherCluster_IsTurnedAwayWithBothNames()
    {
        await InsertAsync(Tables.Entry("silo-1", 1000));
        var other = Tables.Open(_directory.File("cluster.json"), "other");

        var exception = await Assert.ThrowsAsync<ClusterFileException>(other.ReadAll);
        Assert.Contains("'test'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("'other'", exception.Message, StringComparison.Ordinal);
    }

    private async Task InsertAsync(MembershipEntry entry) =>
        Assert.True(await _table.InsertRow(entry, (await _table.ReadAll()).Version.Next()));
}
