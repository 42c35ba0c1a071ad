using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Orleans.Kv.Cli.Local;

/// <summary>
/// The directory of a local cluster: the endpoints that <c>up</c> chose, a pid file per process, logs, and the silos' cluster file.
/// Other commands find a running cluster through it.
/// </summary>
internal sealed class ClusterDirectory
{
    public const string DefaultName = ".kv";

    public ClusterDirectory(string path) => FullPath = Path.GetFullPath(path);

    public string FullPath { get; }

    public string EndpointsFile => Path.Combine(FullPath, "endpoints.json");

    /// <summary>The silos' membership table and cluster map.</summary>
    public string ClusterFile => Path.Combine(FullPath, "cluster.json");

    /// <summary>The cluster's own authority, and the processes' certificates, where they have any.</summary>
    public string Certificates => Path.Combine(FullPath, "certs");

    public string LockFile => Path.Combine(FullPath, "up.lock");

    public string PidFile(string process) => Path.Combine(FullPath, process + ".pid");

    public string LogFile(string process) => Path.Combine(FullPath, process + ".log");

    public void Create()
    {
        try
        {
            Directory.CreateDirectory(FullPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Unavailable, $"the directory {FullPath} cannot be made: {exception.Message}");
        }
    }

    /// <summary>
    /// Makes this process the only <c>up</c> of the directory for as long as the returned stream is open. The kernel lets go of the lock
    /// when the process dies, however it dies.
    /// </summary>
    public FileStream TakeOver()
    {
        try
        {
            return new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException(
                ExitCodes.Unavailable, $"a cluster runs in {FullPath} already; stop it with Ctrl-C, or choose another directory with --dir.");
        }
    }

    /// <summary>The processes that the pid files name and that are still alive.</summary>
    public IReadOnlyList<(string Name, int Pid)> Running()
    {
        var running = new List<(string, int)>();
        if (!Directory.Exists(FullPath)) return running;
        foreach (var file in Directory.EnumerateFiles(FullPath, "*.pid"))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (LivePid(name) is { } pid) running.Add((name, pid));
        }

        return running;
    }

    /// <summary>The pid of a process of this cluster, or null when it has none or is dead.</summary>
    public int? LivePid(string process)
    {
        try
        {
            var text = File.ReadAllText(PidFile(process)).Trim();
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && IsOurs(pid) ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Removes what tells others about a cluster that is gone. Logs stay. Returns whether there was anything.</summary>
    public bool Clean()
    {
        var stale = Directory.EnumerateFiles(FullPath, "*.pid")
            .Concat(new[] { EndpointsFile, ClusterFile }.Where(File.Exists))
            .ToList();
        foreach (var file in stale) File.Delete(file);
        return stale.Count > 0;
    }

    public void Write(Endpoints endpoints)
    {
        var temporary = EndpointsFile + ".tmp";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(endpoints, EndpointsJson.Default.Endpoints));
        File.Move(temporary, EndpointsFile, overwrite: true);
    }

    public Endpoints Read()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(EndpointsFile), EndpointsJson.Default.Endpoints)
                ?? throw new JsonException("it holds null");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException(ExitCodes.Unavailable, $"no cluster runs in {FullPath}; start one with: kv up --dir {FullPath}");
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Unavailable, $"{EndpointsFile} is not readable: {exception.Message}");
        }
    }

    // Pids are used again: a number in an old file may be anybody's by now.
    private static bool IsOurs(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            if (process.HasExited) return false;
            var commandLine = $"/proc/{pid}/cmdline";
            return !File.Exists(commandLine) || File.ReadAllText(commandLine).Contains("Orleans.Kv.", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or IOException)
        {
            return false;
        }
    }
}
