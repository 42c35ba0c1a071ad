using System.Net;
using Orleans.Kv.Api.Ftp;

namespace Orleans.Kv.Api.Hosting;

/// <summary>What an API host is told by whoever starts it.</summary>
internal sealed class ApiOptions
{
    // A balancer that needs longer is broken, and whoever stops the host would take it for hung.
    private const int MaxDrainSeconds = 600;

    public int Port { get; set; } = 8080;

    /// <summary>Addresses to listen on instead of the loopback port, as ASP.NET Core writes them, separated by semicolons.</summary>
    public string? Urls { get; set; }

    /// <summary>Where the cluster of this machine keeps its cluster file and pid files.</summary>
    public string Directory { get; set; } = ".kv";

    /// <summary>
    /// Gateways that are used whether the cluster lists them or not: that of the silo beside this host, which serves what it can when both are cut off from the others.
    /// </summary>
    public List<IPEndPoint> Gateways { get; } = [];

    /// <summary>Files over FTP, which are off unless a port is given.</summary>
    public FtpOptions Ftp { get; } = new();

    /// <summary>
    /// For how long the host goes on serving after it was told to stop, while it says that it is not ready: as long as the load balancer in front of it needs to notice, and to
    /// send its requests elsewhere. Nothing where there is no balancer.
    /// </summary>
    public int DrainSeconds { get; set; }

    /// <summary>Stop when standard input ends, so that a launcher that dies leaves no process behind.</summary>
    public bool ExitWithParent { get; set; }

    /// <summary>The least severe level that is logged to the console.</summary>
    public LogLevel LogLevel { get; set; } = LogLevel.Information;

    public string ClusterFile => Path.Combine(Directory, "cluster.json");

    public string Address => Urls ?? $"http://127.0.0.1:{Port}";

    /// <summary>Every fault of the options at once, so that a person corrects them in one go.</summary>
    public IEnumerable<string> Faults()
    {
        if (string.IsNullOrWhiteSpace(Directory)) yield return "--directory must not be empty.";
        // 0 is for tests, which take whatever port is free.
        if (Port is < 0 or > IPEndPoint.MaxPort) yield return "--port must be from 1 to 65535.";
        if (DrainSeconds is < 0 or > MaxDrainSeconds) yield return $"--drain-seconds must be from 0 to {MaxDrainSeconds}.";
        if (Urls is { } urls && urls.Split(';').Any(url => !Uri.TryCreate(url.Replace("//*", "//any", StringComparison.Ordinal).Replace("//+", "//any", StringComparison.Ordinal), UriKind.Absolute, out var uri) || uri.Scheme != "http"))
            yield return $"--urls {urls} must be http addresses separated by semicolons.";
        foreach (var fault in Ftp.Faults()) yield return fault;
    }
}
