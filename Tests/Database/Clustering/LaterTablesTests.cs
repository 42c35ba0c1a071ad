using System.Net;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Tests.Database.Clustering;

/// <summary>A later build has added columns to every table, and this one goes on using them: after a step back, or while both run.</summary>
[Collection(DatabaseTests.Name)]
public sealed class LaterTablesTests(DatabaseTests.Fixture database) : IAsyncLifetime
{
    private static readonly string[] Tables = ["OrleansKvMap", "OrleansKvNode", "OrleansMembershipTable", "OrleansMembershipVersionTable"];
    private static readonly DateTime Start = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly string _cluster = database.NewCluster();

    public Task InitializeAsync() => ForEachTable("ALTER TABLE {0} ADD COLUMN Added text NOT NULL DEFAULT 'begun'");

    public Task DisposeAsync() => ForEachTable("ALTER TABLE {0} DROP COLUMN Added");

    [PostgresFact]
    public async Task ColumnsOfALaterBuild_KeepWhatIsInThem_WhileThisOneWrites()
    {
        var (authority, table) = (database.Authority(_cluster), database.Table(_cluster));
        var (silo, other) = (Entry(1000), Entry(2000));
        await table.InitializeMembershipTable(tryInitTableVersion: true);
        Assert.True(await table.InsertRow(silo, (await table.ReadAll()).Version.Next()));
        await authority.Register(new NodeRecord("silo-1", "aa", silo.SiloAddress), default);
        await authority.Register(new NodeRecord("silo-2", "bb", other.SiloAddress), default);
        await Write("OrleansKvMap", "ClusterId");
        await Write("OrleansKvNode", "ClusterId");
        await Write("OrleansMembershipTable", "DeploymentId");
        await Write("OrleansMembershipVersionTable", "DeploymentId");

        // This build's scripts, run again by whoever steps back.
        await database.Server.Prepare();
        await table.UpdateIAmAlive(silo);
        var read = await table.ReadAll();
        silo.Status = SiloStatus.ShuttingDown;
        Assert.True(await table.UpdateRow(silo, read.TryGet(silo.SiloAddress)!.Item2, read.Version.Next()));
        Assert.True(await table.InsertRow(other, (await table.ReadAll()).Version.Next()));
        Assert.True(await authority.TryInstall(new byte[] { 1 }, 1, 0, ["aa"], default));
        Assert.True(await authority.SetDraining("silo-1", "aa", true, default));
        // The same store registers again, another one takes a name over.
        await authority.Register(new NodeRecord("silo-1", "aa", silo.SiloAddress), default);
        await authority.Register(new NodeRecord("silo-2", "cc", other.SiloAddress), default);

        Assert.Equal("written", await Read("OrleansKvMap WHERE ClusterId"));
        Assert.Equal("written", await Read("OrleansKvNode WHERE Name = 'silo-1' AND ClusterId"));
        Assert.Equal("begun", await Read("OrleansKvNode WHERE Name = 'silo-2' AND ClusterId"));
        Assert.Equal("written", await Read("OrleansMembershipTable WHERE Port = 1000 AND DeploymentId"));
        Assert.Equal("begun", await Read("OrleansMembershipTable WHERE Port = 2000 AND DeploymentId"));
        Assert.Equal("written", await Read("OrleansMembershipVersionTable WHERE DeploymentId"));
        var view = await authority.Read(default);
        Assert.Equal((1L, "aa cc"), (view.Epoch, string.Join(' ', view.Nodes.Select(node => node.Store))));
        Assert.Equal(2, (await table.ReadAll()).Members.Count);
    }

    private async Task ForEachTable(string statement)
    {
        // Where there is no PostgreSQL the test is skipped.
        if (PostgresFactAttribute.Missing is not null) return;
        foreach (var table in Tables) await database.Server.Query(string.Format(System.Globalization.CultureInfo.InvariantCulture, statement, table));
    }

    private Task<string> Write(string table, string cluster) => database.Server.Query($"UPDATE {table} SET Added = 'written' WHERE {cluster} = '{_cluster}'");

    private async Task<string> Read(string rows) => (await database.Server.Query($"SELECT Added FROM {rows} = '{_cluster}'")).Trim();

    private static MembershipEntry Entry(int port) => new()
    {
        SiloAddress = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, port), 1),
        SiloName = $"silo-{port}",
        HostName = "localhost",
        Status = SiloStatus.Active,
        ProxyPort = port + 1,
        StartTime = Start,
        IAmAliveTime = Start,
        SuspectTimes = [],
    };
}
