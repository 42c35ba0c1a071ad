using System.Globalization;
using System.Net;
using System.Security.Cryptography;

namespace Orleans.Kv.Cli.Local;

/// <summary>What <c>kv up</c> was asked for.</summary>
internal sealed record UpOptions
{
    public required int Silos { get; init; }

    public required int Port { get; init; }

    /// <summary>0 for no FTP, null for any that is free.</summary>
    public int? FtpPort { get; init; }

    public required string Dir { get; init; }

    public required string Storage { get; init; }

    public string? Tokens { get; init; }

    public bool Tls { get; init; }

    public bool NoAuth { get; init; }

    public bool Metrics { get; init; }

    public bool OrleansDashboard { get; init; }

    public string? PostgresFile { get; init; }

    /// <exception cref="CliException">Something of it cannot be.</exception>
    public void Check()
    {
        if (Silos is < 1 or > Endpoints.MaxSilos) throw Wrong($"--silos {Silos}: a cluster has 1 to {Endpoints.MaxSilos} silos on one machine.");
        if (Port is < 1 or > IPEndPoint.MaxPort) throw Wrong($"--port {Port}: ports are from 1 to 65535.");
        if (FtpPort is < 0 or > IPEndPoint.MaxPort || FtpPort == Port)
            throw Wrong($"--ftp-port {FtpPort}: ports are from 1 to 65535, another one than --port, and 0 is for no FTP.");
        if (string.IsNullOrWhiteSpace(Dir)) throw Wrong("--dir needs the name of a directory.");
        if (Storage == "disk") throw Wrong("--storage disk is not available yet; leave the option out for memory.");
        if (Storage != "memory") throw Wrong($"--storage {Storage} is not known; there is: memory.");
        if (NoAuth && Tokens is not null) throw Wrong("--no-auth and --tokens contradict each other.");
        CheckFile("--tokens", Tokens);
        CheckFile("--postgres-file", PostgresFile);
    }

    /// <summary>
    /// The cluster that is to run, on free ports: at least <see cref="SiloEndpoint.MaxPorts"/> for each silo and one more. The environment may name a database too.
    /// </summary>
    public Endpoints Place(IReadOnlyList<int> ports, Func<string, string?> environment, TimeProvider time)
    {
        var ftp = FtpPort ?? ports[^1];
        return new Endpoints(Loopback("http", Port), Storage, [.. Enumerable.Range(0, Silos).Select(SiloAt)], ftp == 0 ? null : Loopback("ftp", ftp))
        {
            Tls = Tls,
            Tokens = Tokens is null ? null : Path.GetFullPath(Tokens),
            OrleansDashboard = OrleansDashboard,
            PostgresFile = PostgresFile is null ? null : Path.GetFullPath(PostgresFile),
            ClusterId = PostgresFile is not null || IsSet("KV_POSTGRES") || IsSet("KV_POSTGRES_FILE") ? NewClusterId(time) : null,
        };

        SiloEndpoint SiloAt(int i)
        {
            var first = SiloEndpoint.MaxPorts * i;
            return new SiloEndpoint($"silo-{i + 1}", ports[first], ports[first + 1], Metrics ? ports[first + 2] : null);
        }

        bool IsSet(string variable) => !string.IsNullOrWhiteSpace(environment(variable));
    }

    // With memory storage every start is another cluster: one that took up the map of the former would wait for silos whose keys are gone. And by no means is it the one that runs in production.
    private static string NewClusterId(TimeProvider time) =>
        string.Create(CultureInfo.InvariantCulture, $"up-{time.GetUtcNow():yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}");

    private static string Loopback(string scheme, int port) => string.Create(CultureInfo.InvariantCulture, $"{scheme}://127.0.0.1:{port}");

    // The processes would say so themselves, each of them.
    private static void CheckFile(string option, string? file)
    {
        if (file is null) return;
        try
        {
            using var readable = File.OpenRead(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Wrong($"{option} {file} cannot be read: {fault.Message}");
        }
    }

    private static CliException Wrong(string sentence) => new(ExitCodes.Usage, sentence);
}
