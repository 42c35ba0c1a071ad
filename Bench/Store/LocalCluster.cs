using System.Globalization;
using Orleans.Kv.Bench.Measuring;

namespace Orleans.Kv.Bench.Store;

/// <summary>A fresh cluster of three silos and an API host, started the way a user starts it: <c>kv up</c>.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    /// <summary>A drain moves everything a silo holds.</summary>
    private static readonly TimeSpan CommandPatience = TimeSpan.FromSeconds(120);

    private static readonly string[] Names = ["silo-1", "silo-2", "silo-3", "api"];

    private readonly TemporaryFolder _folder;
    private readonly ChildProcess _up;

    private LocalCluster(TemporaryFolder folder, ChildProcess up, string url)
    {
        (_folder, _up, Url) = (folder, up, new Uri(url));
        Processes = [.. Names.Select(name => (name, Id: IdOf(folder, name)))];
    }

    public Uri Url { get; }

    public IReadOnlyList<(string Name, int Id)> Processes { get; }

    /// <summary>The processes of these silos and of the API host as they are now: silos are added while it runs.</summary>
    public IEnumerable<(string Name, int Id)> Of(IEnumerable<string> silos) => silos.Append("api").Select(name => (name, IdOf(_folder, name)));

    public int this[string name] => Processes.First(process => process.Name == name).Id;

    public static async Task<LocalCluster> Start()
    {
        var folder = new TemporaryFolder();
        var port = FreePorts.Find(1)[0].ToString(CultureInfo.InvariantCulture);
        var up = ChildProcess.Start("kv up", "dotnet", [FindCli(), "up", "--silos", "3", "--port", port, "--dir", folder.Path]);
        try
        {
            var url = await up.Line("ready:", StartPatience);
            up.Drain();
            return new LocalCluster(folder, up, url);
        }
        catch
        {
            await up.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Runs <c>kv</c> on this cluster, and returns when it is done.</summary>
    public async Task Kv(params string[] command)
    {
        var name = $"kv {string.Join(' ', command)}";
        await using var process = ChildProcess.Start(name, "dotnet", [FindCli(), .. command, "--dir", _folder.Path]);
        process.Drain();
        await process.Succeeds(CommandPatience);
    }

    public async ValueTask DisposeAsync()
    {
        await _up.DisposeAsync();

        // That a process ended under load belongs to the result.
        if (_up.Errors is { Length: > 0 } errors)
            await Console.Error.WriteLineAsync($"kv up said: {errors}");
        _folder.Dispose();
    }

    private static int IdOf(TemporaryFolder folder, string name) =>
        int.Parse(File.ReadAllText(Path.Combine(folder.Path, name + ".pid")), CultureInfo.InvariantCulture);

    /// <summary>The command line's program as the build of this one left it: same configuration, same engine.</summary>
    private static string FindCli()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "Orleans.Kv.sln")))
                continue;
            var output = Path.GetRelativePath(Path.Combine(folder.FullName, "Bench"), AppContext.BaseDirectory);
            var program = Path.Combine(folder.FullName, "Cli", output, "Orleans.Kv.Cli.dll");
            return File.Exists(program) ? program : throw new BenchException($"Build the solution first: there is no {program}.");
        }

        throw new BenchException("The benchmark must run from its build output inside the repository, which holds the other programs.");
    }
}
