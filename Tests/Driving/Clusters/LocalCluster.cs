using System.Globalization;
using System.Text.Json;
using Orleans.Kv.Tests.Checking.Machine;

namespace Orleans.Kv.Tests.Driving.Clusters;

/// <summary>A fresh cluster of three silos and an API host, each a process, started as a user starts it: <c>kv up</c>.</summary>
public sealed class LocalCluster : IAsyncDisposable
{
    public static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(40);

    /// <summary>What <c>up</c> names its silos.</summary>
    public static readonly IReadOnlyList<string> Silos = ["silo-1", "silo-2", "silo-3"];

    private readonly Folder _folder;
    private readonly Program _up;
    private readonly HashSet<int> _processes = [];

    private LocalCluster(Folder folder, Program up, Uri url)
    {
        (_folder, _up, Url) = (folder, up, url);
        foreach (var name in Silos.Append("api"))
            _processes.Add(Pid(name));
    }

    public Uri Url { get; }

    /// <summary>Where it serves files.</summary>
    public Uri Ftp => new(JsonDocument.Parse(File.ReadAllBytes(_folder.File("endpoints.json"))).RootElement.GetProperty("ftp").GetString()!);

    public string Directory => _folder.Path;

    public Program Up => _up;

    /// <summary>Every process seen under a pid file so far, `up` itself left out.</summary>
    public IReadOnlyCollection<int> Processes => _processes;

    /// <param name="options">Further ones of <c>kv up</c>.</param>
    public static Task<LocalCluster> Start(params string[] options) => Start(new Dictionary<string, string>(), options);

    /// <param name="environment">What <c>kv up</c> and all its processes find in theirs.</param>
    /// <param name="options">Further ones of <c>kv up</c>.</param>
    public static async Task<LocalCluster> Start(IReadOnlyDictionary<string, string> environment, params string[] options)
    {
        var folder = new Folder();
        var start = Programs.Start(
            Programs.CommandLine, ["up", "--port", Ports.Free().ToString(CultureInfo.InvariantCulture), "--dir", folder.Path, .. options]);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var up = Program.Start(start);
        try
        {
            return new LocalCluster(folder, up, new Uri(await up.Line("ready:", StartPatience)));
        }
        catch (Exception e)
        {
            var logs = Logs(folder.Path);
            await up.DisposeAsync();
            folder.Dispose();
            throw new InvalidOperationException($"{e.Message}\n{logs}", e);
        }
    }

    public int Pid(string name)
    {
        var pid = int.Parse(File.ReadAllText(_folder.File(name + ".pid")), CultureInfo.InvariantCulture);
        _processes.Add(pid);
        return pid;
    }

    /// <summary>Runs <c>kv</c> with this cluster's directory.</summary>
    public Task<(int ExitCode, string Output, string Errors)> Kv(params string[] arguments) =>
        Program.Run(Programs.CommandLine, [.. arguments, "--dir", _folder.Path]);

    /// <summary>Runs a test's body; when it fails, what the processes logged is part of the failure.</summary>
    public Task Explaining(Func<Task> body) => Explained.Run(body, () => $"--- kv up ---\n{_up.Output}{_up.Errors}\n{Logs(_folder.Path)}");

    public async ValueTask DisposeAsync()
    {
        // A paused process cannot end in good order.
        foreach (var process in _processes.Where(Signals.IsAlive))
            Signals.Resume(process);
        await _up.DisposeAsync();
        foreach (var process in _processes.Where(Signals.IsAlive))
            Signals.Kill(process);
        _folder.Dispose();
    }

    private static string Logs(string folder) => string.Concat(System.IO.Directory.GetFiles(folder, "*.log").Order(StringComparer.Ordinal)
        .Select(log => LogTail.Of(Path.GetFileName(log), File.ReadAllLines(log))));
}
