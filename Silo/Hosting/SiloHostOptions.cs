using System.Net;
using Orleans.Kv.Interfaces.Clustering;
using Orleans.Kv.Interfaces.Security;
using Orleans.Kv.Telemetry.Export;
using Orleans.Kv.Telemetry.Logs;

namespace Orleans.Kv.Silo.Hosting;

/// <summary>What a silo process is told by whoever starts it.</summary>
internal sealed class SiloHostOptions
{
    /// <summary>The node's stable name, the same after every restart.</summary>
    public string Name { get; set; } = "silo-1";

    /// <summary>Where the cluster of this machine keeps its membership file, pid files and data.</summary>
    public string Directory { get; set; } = ".kv";

    /// <summary>The address the other silos and the clients reach this one at.</summary>
    public IPAddress Address { get; set; } = IPAddress.Loopback;

    public int SiloPort { get; set; } = 11111;

    public int GatewayPort { get; set; } = 30000;

    /// <summary>How many nodes must be alive before the first map is formed. Three copies are the design's default.</summary>
    public int FormationSize { get; set; } = 3;

    /// <summary>Where registers are kept.</summary>
    public string Storage { get; set; } = "memory";

    /// <summary>How many batches may be on their way to one peer at once.</summary>
    public int BatchesInFlight { get; set; } = 1;

    /// <summary>By what it proves to the others that it belongs to the cluster, and by what it recognises them.</summary>
    public ClusterTlsOptions ClusterTls { get; } = new();

    /// <summary>Who may ask on <see cref="MetricsPort"/>: the file of tokens that the API hosts have. Null: whoever reaches it may, which is why it then keeps to loopback.</summary>
    public string? TokensFile { get; set; }

    /// <summary>With these <see cref="MetricsPort"/> speaks HTTPS: a certificate with those that lead to its authority, and its key, both as PEM. They are read again when they change.</summary>
    public string? HttpsCertificate { get; set; }

    public string? HttpsKey { get; set; }

    /// <summary>Listen beyond loopback without <see cref="ClusterTls"/> and <see cref="TokensFile"/> all the same: something else decides who reaches this silo.</summary>
    public bool Insecure { get; set; }

    /// <summary>Stop when standard input ends, so that a launcher that dies leaves no process behind.</summary>
    public bool ExitWithParent { get; set; }

    /// <summary>Measure calls for the engine's own dashboard, which an API host serves.</summary>
    public bool OrleansDashboard { get; set; }

    /// <summary>The least severe level that is logged to the console.</summary>
    public string LogLevel { get; set; } = "Information";

    /// <summary>How log entries are written to the console.</summary>
    public LogFormat LogFormat { get; set; }

    /// <summary>Where metrics, health and log levels are asked for over HTTP, on <see cref="Address"/>; null for nowhere.</summary>
    public int? MetricsPort { get; set; }

    /// <summary>A database that holds membership and map, where one is named.</summary>
    public ClusterLocation Cluster { get; } = new();

    /// <summary>The file that holds membership and map where no database is named.</summary>
    public string ClusterFile => Path.Combine(Directory, "cluster.json");

    /// <summary>Every fault of the options at once, so that a person corrects them in one go.</summary>
    public IEnumerable<string> Faults()
    {
        if (Name.Length is 0 or > 64 || Name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
            yield return "--name must be 1 to 64 letters, digits, '-', '_' or '.'.";
        if (string.IsNullOrWhiteSpace(Directory)) yield return "--directory must not be empty.";
        if (SiloPort is < 1 or > IPEndPoint.MaxPort) yield return "--silo-port must be from 1 to 65535.";
        if (GatewayPort is < 1 or > IPEndPoint.MaxPort) yield return "--gateway-port must be from 1 to 65535.";
        if (MetricsPort is < 1 or > IPEndPoint.MaxPort) yield return "--metrics-port must be from 1 to 65535.";
        if (MetricsPort == SiloPort || MetricsPort == GatewayPort) yield return "--metrics-port must differ from --silo-port and --gateway-port.";
        if (SiloPort == GatewayPort) yield return "--silo-port and --gateway-port must differ.";
        foreach (var fault in ClusterTls.Faults()) yield return fault;
        if (!ClusterTls.IsGiven && !Insecure && !IPAddress.IsLoopback(Address))
            yield return $"--address {Address} is not loopback: whoever reaches it could change any key. It needs --cluster-certificate, --cluster-key and --cluster-authority, or --insecure where something else decides who reaches it.";
        if (TokensFile is { } tokens && string.IsNullOrWhiteSpace(tokens)) yield return "--tokens must be the name of a file.";
        if (HttpsCertificate is null != HttpsKey is null) yield return "--https-certificate and --https-key go together.";
        if (MetricsPort is not null && TokensFile is null && !Insecure && !IPAddress.IsLoopback(Address))
            yield return $"--metrics-port {MetricsPort} on {Address} is not on loopback: whoever reaches it could read how the silo is. It needs --tokens, or --insecure where something else decides who reaches it.";
        if (FormationSize is < 1 or > 1000) yield return "--formation-size must be from 1 to 1000.";
        if (BatchesInFlight is < 1 or > 16) yield return "--batches-in-flight must be from 1 to 16.";
        if (Storage is not "memory") yield return $"--storage {Storage} is not known; there is: memory.";
        if (!Enum.TryParse<Microsoft.Extensions.Logging.LogLevel>(LogLevel, ignoreCase: true, out _)) yield return $"--log-level {LogLevel} is not known.";
        foreach (var fault in OtlpSettings.Faults(Environment.GetEnvironmentVariable)) yield return fault;
        foreach (var fault in Cluster.Faults()) yield return fault;
    }
}
