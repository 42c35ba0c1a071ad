using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orleans.Kv.Tests.Driving.Clusters;
using Orleans.Kv.Tests.Driving.Hosts;

namespace Orleans.Kv.Tests.Driving.Databases;

/// <summary>
/// A real PostgreSQL of its own: a new data directory, one database prepared by the scripts of <c>docker/postgres</c>, on a free port of loopback or on a machine of a
/// <see cref="HostNetwork"/>. May be killed and started again on the same data.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Owner = "kv";
    private const string Database = "kv";
    private const string Password = "a secret";

    /// <summary>The port on a machine of its own, where nobody else has it.</summary>
    private const int OwnPort = 5432;

    /// <summary>initdb on a machine with too much to do.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kv-postgres-");
    private readonly Host? _machine;
    private readonly string _address;
    private readonly int _port;
    private Program? _server;

    private PostgresServer(Host? machine)
    {
        _machine = machine;
        _address = machine?.Address.ToString() ?? IPAddress.Loopback.ToString();
        _port = machine is null ? FreePort() : OwnPort;
    }

    /// <summary>What <c>--postgres-file</c> names holds this. Patient, since the machine may have too much to do; a server that was killed refuses at once all the same.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"Host={_address};Port={_port};Username={Owner};Password={Password};Database={Database};Timeout=60;Command Timeout=60");

    public bool IsRunning => _server is { HasExited: false };

    private string Data => Path.Combine(_folder.FullName, "data");

    /// <summary>Started, and prepared as an operator prepares one.</summary>
    public static async Task<PostgresServer> Start(Host? machine = null)
    {
        var server = new PostgresServer(machine);
        try
        {
            await server.Create();
            await server.Resume();
            await server.Psql("postgres", "-c", $"CREATE DATABASE {Database}");
            await server.Prepare();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs the scripts, which may be done again at any time.</summary>
    public Task Prepare() => Psql(Database, [.. Directory.GetFiles(Path.Combine(Programs.Repository, "docker", "postgres"), "*.sql").Order(StringComparer.Ordinal).SelectMany(script => new[] { "-f", script })]);

    /// <summary>What a statement returns, without headings, a row a line.</summary>
    public Task<string> Query(string statement) => Psql(Database, "-At", "-c", statement);

    /// <summary>As if its machine had lost its power, apart from what the file system holds.</summary>
    public Task Kill() => End(Signals.Kill);

    /// <summary>In good order, as an operator does: "fast", which does not wait for clients.</summary>
    public Task Stop() => End(Signals.Interrupt);

    /// <summary>Starts it on the data that it has, and waits until it takes statements.</summary>
    public async Task Resume() => await Wait.Until("PostgreSQL takes connections", Patience, async () =>
    {
        if (_server is { HasExited: true } ended)
        {
            // Processes of the one that was killed hold its memory for a moment longer.
            await ended.DisposeAsync();
            _server = null;
        }

        _server ??= Run(
            "postgres", "-D", Data, "-p", Text(_port), "-c", $"listen_addresses={_address}", "-c", $"unix_socket_directories={_folder.FullName}",
            "-c", "fsync=off", "-c", "max_connections=200");
        await using var asked = Client("pg_isready", "-q", "-h", _address, "-p", Text(_port), "-t", "1");
        await asked.Exited(Patience);
        return asked.ExitCode == 0 ? null : $"{_server.Output}{_server.Errors}";
    });

    public async ValueTask DisposeAsync()
    {
        if (_server is { HasExited: false } running)
        {
            // "Fast": it does not wait for its clients.
            Signals.Interrupt(running.Id);
            try
            {
                await running.Exited(TimeSpan.FromSeconds(20));
            }
            catch (TimeoutException)
            {
                Signals.Kill(running.Id);
            }
        }

        if (_server is not null) await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task End(Action<int> signal)
    {
        signal(_server!.Id);
        await _server.Exited(Patience);
        await _server.DisposeAsync();
        _server = null;
    }

    private async Task Create()
    {
        var password = Path.Combine(_folder.FullName, "password");
        await File.WriteAllTextAsync(password, Password + "\n");
        // It refuses to run as root.
        if (Environment.IsPrivilegedProcess) await Command.Run("chown", "-R", "postgres", _folder.FullName);
        await using var creation = Run(
            "initdb", "-D", Data, "-U", Owner, "-A", "scram-sha-256", $"--pwfile={password}", "--no-locale", "-E", "UTF8", "--no-sync");
        await creation.Exited(Patience);
        if (creation.ExitCode != 0) throw new InvalidOperationException($"initdb ended with {creation.ExitCode}: {creation.Output}{creation.Errors}");
        await File.AppendAllTextAsync(Path.Combine(Data, "pg_hba.conf"), "host all all 0.0.0.0/0 scram-sha-256\n");
    }

    private async Task<string> Psql(string database, params string[] arguments)
    {
        await using var psql = Client("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", _address, "-p", Text(_port), "-U", Owner, "-d", database, .. arguments]);
        await psql.Exited(Patience);
        return psql.ExitCode == 0 ? psql.Output.Trim() : throw new InvalidOperationException($"psql ended with {psql.ExitCode}: {psql.Errors}");
    }

    /// <summary>A program of the server, as the user that it wants.</summary>
    private Program Run(string name, params string[] arguments)
    {
        string[] command = Environment.IsPrivilegedProcess
            ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", PostgresFactAttribute.Find(name)!, .. arguments]
            : [PostgresFactAttribute.Find(name)!, .. arguments];
        return Launch(command);
    }

    private Program Client(string name, params string[] arguments) => Launch([PostgresFactAttribute.Find(name)!, .. arguments]);

    private Program Launch(string[] command)
    {
        var start = _machine is null ? Programs.Command(command[0], command[1..]) : Programs.Command("ip", ["netns", "exec", _machine.Namespace, .. command]);
        // A directory that the other user may not enter is complained of.
        start.WorkingDirectory = "/";
        start.Environment["PGPASSWORD"] = Password;
        return Program.Start(start);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
