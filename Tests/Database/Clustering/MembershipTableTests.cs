using System.Net;

namespace Orleans.Kv.Tests.Database.Clustering;

/// <summary>What every membership table owes the engines, of the one in PostgreSQL: on either engine, whose own code it is that speaks to the database.</summary>
[Collection(DatabaseTests.Name)]
public sealed class MembershipTableTests(DatabaseTests.Fixture database)
{
    private static readonly DateTime Start = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly string _cluster = database.NewCluster();

    [PostgresFact]
    public async Task ReadAll_BeforeAnyWrite_IsEmptyAtVersionZero()
    {
        var data = await (await Open()).ReadAll();

        Assert.Empty(data.Members);
        Assert.Equal(0, data.Version.Version);
    }

    [PostgresFact]
    public async Task Row_IsSeenByAnotherTableWithEveryField()
    {
        var (table, entry) = (await Open(), Entry("silo-1", 1000));
        await Insert(table, entry);
        entry.AddSuspector(Entry("silo-2", 1002).SiloAddress, Start.AddMilliseconds(7));
        entry.Status = SiloStatus.ShuttingDown;
        await Update(table, entry);

        var data = await (await Open()).ReadRow(entry.SiloAddress);

        var (read, _) = Assert.Single(data.Members);
        Assert.Equal(2, data.Version.Version);
        Assert.Equal(
            (entry.SiloAddress, entry.SiloName, entry.HostName, entry.Status, entry.ProxyPort, entry.StartTime, entry.IAmAliveTime),
            (read.SiloAddress, read.SiloName, read.HostName, read.Status, read.ProxyPort, read.StartTime, read.IAmAliveTime));
        Assert.Equal(DateTimeKind.Utc, read.StartTime.Kind);
        Assert.Equal(entry.SuspectTimes, read.SuspectTimes);
    }

    [PostgresFact]
    public async Task InsertRow_OfAnExistingSiloOrWithAnOldVersion_IsRefusedAndChangesNothing()
    {
        var table = await Open();
        var old = (await table.ReadAll()).Version;
        await Insert(table, Entry("silo-1", 1000));

        Assert.False(await table.InsertRow(Entry("silo-1", 1000), (await table.ReadAll()).Version.Next()));
        Assert.False(await table.InsertRow(Entry("silo-2", 1002), old.Next()));
        var data = await table.ReadAll();
        Assert.Equal((1, 1), (data.Members.Count, data.Version.Version));
    }

    [PostgresFact]
    public async Task UpdateRow_OfAnUnknownSiloOrWithAnOldVersion_IsRefusedAndChangesNothing()
    {
        var (table, entry) = (await Open(), Entry("silo-1", 1000));
        await Insert(table, entry);
        var old = (await table.ReadAll()).Version;
        await Insert(table, Entry("silo-2", 1002));

        entry.Status = SiloStatus.Dead;
        Assert.False(await table.UpdateRow(entry, "", old.Next()));
        Assert.False(await table.UpdateRow(Entry("silo-9", 1090), "", (await table.ReadAll()).Version.Next()));
        var data = await table.ReadAll();
        Assert.Equal(2, data.Version.Version);
        Assert.All(data.Members, row => Assert.Equal(SiloStatus.Active, row.Item1.Status));
    }

    [PostgresFact]
    public async Task UpdateIAmAlive_ChangesOnlyTheTimeAndFailsNobodysUpdate()
    {
        var (table, entry) = (await Open(), Entry("silo-1", 1000));
        await Insert(table, entry);
        var before = await table.ReadRow(entry.SiloAddress);
        var alive = Entry("ignored", 1000, status: SiloStatus.Dead);
        // Orleans does not always say that its times are UTC.
        alive.IAmAliveTime = DateTime.SpecifyKind(Start.AddMinutes(1), DateTimeKind.Unspecified);

        await table.UpdateIAmAlive(alive);

        var after = await table.ReadRow(entry.SiloAddress);
        Assert.Equal(Start.AddMinutes(1), after.Members[0].Item1.IAmAliveTime);
        Assert.Equal(("silo-1", SiloStatus.Active), (after.Members[0].Item1.SiloName, after.Members[0].Item1.Status));
        Assert.Equal(before.Version, after.Version);
        Assert.True(await table.UpdateRow(entry, before.Members[0].Item2, before.Version.Next()));
    }

    [PostgresFact]
    public async Task VotesOfTheDead_AreNotTold_AndThoseOnTheDeadAre()
    {
        var table = await Open();
        var (accused, former, present) = (Entry("silo-1", 1000), Entry("silo-3", 1004, generation: 1), Entry("silo-3", 1004, generation: 2));
        foreach (var entry in new[] { accused, former, present }) await Insert(table, entry);
        accused.SuspectTimes = [Tuple.Create(former.SiloAddress, Start), Tuple.Create(present.SiloAddress, Start)];
        await Update(table, accused);
        (former.Status, former.SuspectTimes) = (SiloStatus.Dead, [Tuple.Create(accused.SiloAddress, Start)]);
        await Update(table, former);

        var rows = (await table.ReadAll()).Members.ToDictionary(row => row.Item1.SiloAddress, row => row.Item1.SuspectTimes);
        Assert.Equal([Tuple.Create(present.SiloAddress, Start)], rows[accused.SiloAddress]);
        Assert.Equal([Tuple.Create(accused.SiloAddress, Start)], rows[former.SiloAddress]);
        Assert.Equal(rows[accused.SiloAddress], (await table.ReadRow(accused.SiloAddress)).Members[0].Item1.SuspectTimes);
    }

    [PostgresFact]
    public async Task ManyWhoInsertAtOnce_AreAllThereInTheEnd_AndEachRaisedTheVersionOnce()
    {
        const int Silos = 12;
        await Task.WhenAll(Enumerable.Range(0, Silos).Select(i => Task.Run(async () =>
        {
            // Each with a table of its own, as each is a process of its own.
            var (table, entry) = (await Open(), Entry($"silo-{i}", 1000 + i));
            while (!await table.InsertRow(entry, (await table.ReadAll()).Version.Next())) await Task.Yield();
        })));

        var data = await (await Open()).ReadAll();
        Assert.Equal((Silos, Silos), (data.Members.Count, data.Version.Version));
    }

    [PostgresFact]
    public async Task ThreeSilosThatVoteOnEachOtherAtOnce_LeaveExactlyOneActive()
    {
        var silos = Enumerable.Range(0, 3).Select(i => Entry($"silo-{i}", 1000 + (10 * i))).ToArray();
        var table = await Open();
        foreach (var silo in silos) await Insert(table, silo);
        await Task.WhenAll(silos.Select(silo => Task.Run(async () => await VoteOnAll(await Open(), silo.SiloAddress))));

        var rows = (await table.ReadAll()).Members.Select(row => row.Item1.Status).ToArray();
        Assert.Equal((1, 2), (rows.Count(status => status == SiloStatus.Active), rows.Count(status => status == SiloStatus.Dead)));
    }

    [PostgresFact]
    public async Task CleanupDefunctSiloEntries_RemovesOldRowsThatAreNotActive()
    {
        var (table, young) = (await Open(), Entry("young-dead", 1004, status: SiloStatus.Dead));
        young.IAmAliveTime = Start.AddHours(2);
        foreach (var entry in new[] { Entry("old-active", 1000), Entry("old-dead", 1002, status: SiloStatus.Dead), young }) await Insert(table, entry);

        await table.CleanupDefunctSiloEntries(Start.AddHours(1));

        Assert.Equal(["old-active", "young-dead"], (await table.ReadAll()).Members.Select(row => row.Item1.SiloName).Order());
    }

    [PostgresFact]
    public async Task ClustersOfOneDatabase_DoNotSeeEachOther()
    {
        var (mine, other) = (await Open(), database.Table(database.NewCluster()));
        await other.InitializeMembershipTable(true);
        await Insert(mine, Entry("silo-1", 1000));

        Assert.Empty((await other.ReadAll()).Members);
        await other.DeleteMembershipTableEntries("nobody");
        Assert.Single((await mine.ReadAll()).Members);
        await mine.DeleteMembershipTableEntries(_cluster);
        await mine.InitializeMembershipTable(true);
        Assert.Empty((await mine.ReadAll()).Members);
    }

    /// <summary>The voting of the engines, in its simplest form: two votes, or those of all others that are active where there are fewer, kill.</summary>
    private static async Task VoteOnAll(PostgresMembershipTable table, SiloAddress self)
    {
        while (true)
        {
            var read = await table.ReadAll();
            var active = read.Members.Where(row => row.Item1.Status == SiloStatus.Active).ToList();
            if (active.Count == 1 || !active.Exists(row => row.Item1.SiloAddress.Equals(self))) return;
            var accused = active.Find(row => !row.Item1.SiloAddress.Equals(self) && row.Item1.SuspectTimes?.Exists(vote => vote.Item1.Equals(self)) is not true)
                ?? (active.Count == 2 ? active.Find(row => !row.Item1.SiloAddress.Equals(self)) : null);
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

    private async Task<PostgresMembershipTable> Open()
    {
        var table = database.Table(_cluster);
        await table.InitializeMembershipTable(true);
        return table;
    }

    private static async Task Insert(PostgresMembershipTable table, MembershipEntry entry) =>
        Assert.True(await table.InsertRow(entry, (await table.ReadAll()).Version.Next()));

    private static async Task Update(PostgresMembershipTable table, MembershipEntry entry) =>
        Assert.True(await table.UpdateRow(entry, "", (await table.ReadAll()).Version.Next()));

    private static MembershipEntry Entry(string name, int port, int generation = 1, SiloStatus status = SiloStatus.Active) => new()
    {
        SiloAddress = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, port), generation),
        SiloName = name,
        HostName = "localhost",
        Status = status,
        ProxyPort = port + 1,
        StartTime = Start,
        IAmAliveTime = Start.AddSeconds(1),
        SuspectTimes = [],
    };
}
