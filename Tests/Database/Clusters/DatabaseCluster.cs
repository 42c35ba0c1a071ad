using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orleans.Kv.Tests.Driving.Clients;
using Orleans.Kv.Tests.Driving.Clusters;

namespace Orleans.Kv.Tests.Database.Clusters;

/// <summary>Silos and an API host as processes that find each other through a database. They share no directory: each has one of its own.</summary>
internal sealed class DatabaseCluster(string connectionString, string cluster) : IAsyncDisposable
{
    /// <summary>For a start on a machine that has too much to do.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Folder _folder = new();
    private readonly Dictionary<string, Program> _silos = [];
    private readonly List<(string Name, Program Program)> _all = [];

    public Endpoint Api { get; private set; } = null!;

    /// <summary>Starts silos, and a host in front of them if there is none yet.</summary>
    public void Start(params IEnumerable<string> names)
    {
        File.WriteAllText(_folder.File("postgres"), connectionString + "\n");
        foreach (var name in names)
        {
            _silos[name] = Started(name, Programs.Silo, "--name", name, "--silo-port", Port(), "--gateway-port", Port());
        }

        if (Api is not null) return;
        var port = Port();
        Api = new Uri($"http://127.0.0.1:{port}");
        Started("api", Programs.Api, "--port", port);
    }

    public Program Silo(string name) => _silos[name];

    public void Kill(string name) => Signals.Kill(_silos[name].Id);

    public async Task UntilInSync(params string[] names)
    {
        using (var http = Api.Connect(TimeSpan.FromSeconds(10)))
        {
            await Wait.Until("the API host is ready", Patience, async () =>
            {
                try
                {
                    using var answer = await http.GetAsync("/health/ready");
                    return answer.IsSuccessStatusCode ? null : answer.StatusCode.ToString();
                }
                catch (HttpRequestException fault)
                {
                    return fault.Message;
                }
            });
        }

        using var status = new Status(Api);
        await status.UntilInSync(Patience, names);
    }

    /// <summary>Runs a test's body; when it fails, what the processes logged is part of the failure.</summary>
    public Task Explaining(Func<Task> body) => Explained.Run(body, () => string.Concat(_all.Select(program =>
        LogTail.Of(program.Name, (program.Program.Output + program.Program.Errors).Split('\n', StringSplitOptions.RemoveEmptyEntries)))));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_all.Select(program => program.Program.DisposeAsync().AsTask()));
        _folder.Dispose();
    }

    private Program Started(string name, string program, params string[] arguments)
    {
        var started = Program.Start(
            program, [.. arguments, "--directory", _folder.File(name), "--postgres-file", _folder.File("postgres"), "--cluster-id", cluster, "--exit-with-parent"]);
        _all.Add((name, started));
        return started;
    }

    /// <summary>A port on loopback that nobody listened on a moment ago.</summary>
    private static string Port()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
