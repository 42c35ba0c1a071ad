using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Orleans.Kv.Tests.Driving.Clusters;

namespace Orleans.Kv.Tests.Database.Clusters;

/// <summary><c>kv up --postgres-file</c>: its processes meet in the database, in a cluster of their own.</summary>
[Collection(DatabaseTests.Name)]
public sealed class UpTests(DatabaseTests.Fixture database) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PostgresFact]
    public async Task Up_MeetsInTheDatabase_UnderANameOfItsOwn()
    {
        await File.WriteAllTextAsync(_folder.File("postgres"), database.ConnectionString);
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
            listener.Stop();
            await using var up = Program.Start(Programs.CommandLine, "up", "--silos", "1", "--port", port, "--dir", _folder.Path, "--postgres-file", _folder.File("postgres"));
            await up.Line("ready:", Patience);
            Assert.False(File.Exists(_folder.File("cluster.json")), "A cluster file was written beside the database.");
            Signals.Interrupt(up.Id);
            await up.Exited(Patience);
            Assert.True(up.ExitCode == 0, up.Errors);
        }

        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var count = new NpgsqlCommand("SELECT count(*) FROM orleansmembershiptable WHERE deploymentid LIKE 'up-%' AND siloname = 'silo-1'", connection);
        Assert.Equal(1L, await count.ExecuteScalarAsync());
    }
}
