using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Ftp;
using Orleans.Kv.Interfaces.Clustering;
using Orleans.Kv.Interfaces.Security;
using Orleans.Kv.Telemetry.Export;
using Orleans.Kv.Telemetry.Logs;

namespace Orleans.Kv.Api.Hosting;

/// <summary>What an API host is told by whoever starts it.</summary>
internal sealed class ApiOptions
{
    // A balancer that needs longer is broken, and whoever stops the host would take it for hung.
    private const int MaxDrainSeconds = 600;

    public int Port { get; set; } = 8080;

    /// <summary>The address that <see cref="Port"/> is opened on. Beyond loopback only with tokens, or when it is said to be <see cref="AccessOptions.Insecure"/>.</summary>
    public IPAddress Listen { get; set; } = IPAddress.Loopback;

    /// <summary>Addresses to listen on instead of that one port, as ASP.NET Core writes them, separated by semicolons.</summary>
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

    /// <summary>Who may use it.</summary>
    public AccessOptions Access { get; } = new();

    /// <summary>By what it proves to silos that it belongs to the cluster.</summary>
    public ClusterTlsOptions ClusterTls { get; } = new();

    /// <summary>With these it speaks HTTPS: a certificate with those that lead to its authority, and its key, both as PEM. They are read again when they change.</summary>
    public string? HttpsCertificate { get; set; }

    public string? HttpsKey { get; set; }

    /// <summary>Serve the engine's own dashboard at <c>/orleans</c>. The silos need the same option.</summary>
    public bool OrleansDashboard { get; set; }

    /// <summary>Stop when standard input ends, so that a launcher that dies leaves no process behind.</summary>
    public bool ExitWithParent { get; set; }

    /// <summary>The least severe level that is logged to the console.</summary>
    public LogLevel LogLevel { get; set; } = LogLevel.Information;

    /// <summary>How log entries are written to the console.</summary>
    public LogFormat LogFormat { get; set; }

    /// <summary>The database that lists the cluster's gateways, where one is named.</summary>
    public ClusterLocation Cluster { get; } = new();

    /// <summary>The file that lists them where no database is named.</summary>
    public string ClusterFile => Path.Combine(Directory, "cluster.json");

    public bool IsHttps => HttpsCertificate is not null;

    public string Address => Urls ?? string.Create(CultureInfo.InvariantCulture, $"{(IsHttps ? "https" : "http")}://{(Listen.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{Listen}]" : Listen)}:{Port}");

    /// <summary>Every fault of the options at once, so that a person corrects them in one go.</summary>
    public IEnumerable<string> Faults()
    {
        if (string.IsNullOrWhiteSpace(Directory)) yield return "--directory must not be empty.";
        // 0 is for tests, which take whatever port is free.
        if (Port is < 0 or > IPEndPoint.MaxPort) yield return "--port must be from 1 to 65535.";
        if (DrainSeconds is < 0 or > MaxDrainSeconds) yield return $"--drain-seconds must be from 0 to {MaxDrainSeconds}.";
        foreach (var fault in ClusterTls.Faults()) yield return fault;
        if (HttpsCertificate is null != HttpsKey is null) yield return "--https-certificate and --https-key go together.";
        foreach (var url in Urls?.Split(';') ?? [])
        {
            if (Parse(url) is not { } uri || uri.Scheme is not ("http" or "https")) yield return $"--urls {url} must be http or https addresses separated by semicolons.";
            else if (uri.Scheme == "https" && !IsHttps) yield return $"--urls {url} needs --https-certificate and --https-key.";
        }

        if (Access.TokensFile is { } tokens && string.IsNullOrWhiteSpace(tokens)) yield return "--tokens must be the name of a file.";
        var isGuarded = Access.TokensFile is not null || Access.Insecure;
        if (!isGuarded && !(Urls?.Split(';').All(IsLoopback) ?? IPAddress.IsLoopback(Listen))) yield return $"{Address} is not loopback: whoever reaches it could do anything. It needs --tokens, or --insecure where something else decides who reaches it.";
        foreach (var fault in Ftp.Faults(isGuarded)) yield return fault;
        foreach (var fault in OtlpSettings.Faults(Environment.GetEnvironmentVariable)) yield return fault;
        foreach (var fault in Cluster.Faults()) yield return fault;
    }

    // What ASP.NET Core takes for "every address" is no address to a parser.
    private static Uri? Parse(string url) =>
        Uri.TryCreate(url.Replace("//*", "//any", StringComparison.Ordinal).Replace("//+", "//any", StringComparison.Ordinal), UriKind.Absolute, out var uri) ? uri : null;

    private static bool IsLoopback(string url) =>
        Parse(url) is { IsLoopback: true };
}
