using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Runtime.Membership;

namespace Orleans.Kv.Tests.Database.Clustering;

/// <summary>What is said of a database that is away or not as it should be, and what goes on meanwhile.</summary>
[Collection(DatabaseTests.Name)]
public sealed class FaultTests(DatabaseTests.Fixture database)
{
    private readonly string _cluster = database.NewCluster();

    [PostgresFact]
    public async Task AServerThatIsNotThere_MayComeBack()
    {
        var away = With(builder => builder.Port = 1);
        foreach (var fault in new[] { await AuthorityFault(away), await TableFault(away) })
        {
            Assert.True(fault.MayPass);
            Assert.Contains("127.0.0.1:1/kv cannot be reached", fault.Message, StringComparison.Ordinal);
        }
    }

    [PostgresFact]
    public async Task AWrongPassword_DoesNotPassByWaiting_AndIsNotShown()
    {
        var wrong = With(builder => builder.Password = "hidden");
        foreach (var fault in new[] { await AuthorityFault(wrong), await TableFault(wrong) })
        {
            Assert.False(fault.MayPass);
            Assert.Contains("turns this user away", fault.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hidden", fault.ToString(), StringComparison.Ordinal);
        }
    }

    [PostgresFact]
    public async Task ADatabaseWithoutTheTables_SaysWhatToRun()
    {
        await database.Server.Query("DROP DATABASE IF EXISTS bare WITH (FORCE)");
        await database.Server.Query("CREATE DATABASE bare");
        var bare = With(builder => builder.Database = "bare");
        foreach (var fault in new[] { await AuthorityFault(bare), await TableFault(bare) })
        {
            Assert.False(fault.MayPass);
            Assert.Contains("docker/postgres/01-orleans-clustering.sql and 02-orleans-kv.sql", fault.Message, StringComparison.Ordinal);
        }
    }

    [PostgresFact]
    public async Task AMissingStatement_SaysWhatToRun_AndRunningItAgainHelps()
    {
        await database.Server.Query("DELETE FROM OrleansQuery WHERE QueryKey = 'InsertMembershipKey'");
        try
        {
            Assert.Contains("docker/postgres", (await TableFault(database.ConnectionString)).Message, StringComparison.Ordinal);
        }
        finally
        {
            await database.Server.Prepare();
        }

        await database.Table(_cluster).InitializeMembershipTable(true);
    }

    [PostgresFact]
    public async Task RunningTheScriptsAgain_ChangesNoRow()
    {
        var authority = database.Authority(_cluster);
        Assert.True(await authority.TryInstall(new byte[] { 1 }, 1, 0, [], default));
        await database.Table(_cluster).InitializeMembershipTable(true);

        await Task.WhenAll(database.Server.Prepare(), database.Server.Prepare());

        Assert.Equal(1, (await authority.Read(default)).Epoch);
        Assert.Equal("9", await database.Server.Query("SELECT count(*) FROM OrleansQuery"));
    }

    [PostgresFact]
    public async Task Gateways_AreThoseOfTheActive_AndTheFixedOnes_AndStayWhileTheDatabaseIsAway()
    {
        var table = database.Table(_cluster);
        await table.InitializeMembershipTable(true);
        foreach (var (port, status) in new[] { (1000, SiloStatus.Active), (1002, SiloStatus.Joining), (1004, SiloStatus.Dead) })
            Assert.True(await table.InsertRow(Entry(port, status), (await table.ReadAll()).Version.Next()));
        var provider = Provider(database.ConnectionString, new IPEndPoint(IPAddress.Loopback, 2000), new IPEndPoint(IPAddress.Loopback, 1001));
        await provider.InitializeGatewayListProvider();
        string[] expected = ["gwy.tcp://127.0.0.1:1001/7", "gwy.tcp://127.0.0.1:2000/0"];
        Assert.Equal(expected, Text(await provider.GetGateways()));

        await database.Server.Kill();
        try
        {
            Assert.Equal(expected, Text(await provider.GetGateways()));
            // One that has only just started has those that it was given, and without any it says why it cannot help.
            Assert.Equal(["gwy.tcp://127.0.0.1:2000/0"], Text(await Provider(database.ConnectionString, new IPEndPoint(IPAddress.Loopback, 2000)).GetGateways()));
            Assert.True((await Assert.ThrowsAsync<ClusterDatabaseException>(Provider(database.ConnectionString).GetGateways)).MayPass);
        }
        finally
        {
            await database.Server.Resume();
        }

        Assert.True(await table.InsertRow(Entry(1006, SiloStatus.Active), (await Patiently(table.ReadAll)).Version.Next()));
        Assert.Equal(["gwy.tcp://127.0.0.1:1001/7", "gwy.tcp://127.0.0.1:1007/7", "gwy.tcp://127.0.0.1:2000/0"], Text(await Patiently(provider.GetGateways)));
    }

    /// <summary>Connections from before the server's end fail once each.</summary>
    private static async Task<T> Patiently<T>(Func<Task<T>> call)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await call();
            }
            catch (ClusterDatabaseException fault) when (fault.MayPass && tries < 20)
            {
                await Task.Yield();
            }
        }
    }

    private PostgresGatewayListProvider Provider(string connectionString, params IPEndPoint[] gateways)
    {
        var options = new PostgresClusteringOptions { ConnectionString = connectionString };
        foreach (var gateway in gateways) options.FixedGateways.Add(gateway);
        return new PostgresGatewayListProvider(
            Options.Create(options), Options.Create(new GatewayOptions()), Options.Create(new ClusterOptions { ClusterId = _cluster }), new ServiceCollection().BuildServiceProvider(),
            NullLogger<AdoNetGatewayListProvider>.Instance, NullLogger<PostgresGatewayListProvider>.Instance);
    }

    private string With(Action<NpgsqlConnectionStringBuilder> change)
    {
        var builder = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        change(builder);
        return builder.ConnectionString;
    }

    private Task<ClusterDatabaseException> AuthorityFault(string connectionString) =>
        Assert.ThrowsAsync<ClusterDatabaseException>(async () => await new PostgresMapAuthority(connectionString, _cluster).Read(default));

    private Task<ClusterDatabaseException> TableFault(string connectionString) =>
        Assert.ThrowsAsync<ClusterDatabaseException>(() => new PostgresMembershipTable(connectionString, new ClusterOptions { ClusterId = _cluster }).InitializeMembershipTable(true));

    private static MembershipEntry Entry(int port, SiloStatus status) => new()
    {
        SiloAddress = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, port), 7),
        SiloName = $"silo-{port}",
        HostName = "localhost",
        Status = status,
        ProxyPort = port + 1,
        StartTime = DateTime.UnixEpoch,
        IAmAliveTime = DateTime.UnixEpoch,
    };

    private static string[] Text(IEnumerable<Uri> gateways) => [.. gateways.Select(gateway => gateway.ToString()).Order(StringComparer.Ordinal)];
}
