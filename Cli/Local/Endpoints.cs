using System.Globalization;
using System.Text.Json.Serialization;

namespace Orleans.Kv.Cli.Local;

/// <summary>What <c>up</c> tells the other commands about the cluster it runs.</summary>
/// <param name="Url">Where the API host listens.</param>
/// <param name="Storage">Where the silos keep their registers.</param>
/// <param name="Silos">The silos, with the ports they keep over restarts.</param>
/// <param name="Ftp">Where it serves files, or null where it does not.</param>
/// <param name="Tls">Whether the processes prove to each other that they belong together.</param>
/// <param name="Tokens">The file that says who may use the API host, or null where anybody may.</param>
/// <param name="OrleansDashboard">Whether the API host serves the engine's own dashboard too.</param>
/// <param name="PostgresFile">The file that names the database where the processes meet, or null where they do so by a file.</param>
/// <param name="ClusterId">What the cluster is called in a database; null where there is none.</param>
internal sealed record Endpoints(
    string Url,
    string Storage,
    IReadOnlyList<SiloEndpoint> Silos,
    string? Ftp = null,
    bool Tls = false,
    string? Tokens = null,
    bool OrleansDashboard = false,
    string? PostgresFile = null,
    string? ClusterId = null)
{
    /// <summary>A laptop runs a handful; more on one machine add nothing but contention.</summary>
    public const int MaxSilos = 32;

    /// <summary>Where the engine's own dashboard is, if it is served.</summary>
    [JsonIgnore]
    public string Orleans => Url + "/orleans/";
}

/// <summary>One silo's name and ports; it has none for metrics where nobody asked for them.</summary>
internal sealed record SiloEndpoint(string Name, int SiloPort, int GatewayPort, int? MetricsPort = null)
{
    /// <summary>How many ports one takes at most.</summary>
    public const int MaxPorts = 3;

    private const int MaxNameLength = 63;

    /// <summary>Where it shows its metrics; null where it does not.</summary>
    [JsonIgnore]
    public string? Metrics => MetricsPort is { } port ? string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/metrics") : null;

    /// <summary>A silo's name is in file names, in requests on one line, and in host names where the cluster leaves this machine.</summary>
    /// <exception cref="CliException">The name is none.</exception>
    public static void CheckName(string name)
    {
        var isName = name.Length is > 0 and <= MaxNameLength && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-') && name[0] != '-' && name != "api";
        if (!isName) throw new CliException(ExitCodes.Usage, $"'{name}' cannot name a silo: 1 to {MaxNameLength} letters, digits and hyphens, not beginning with a hyphen, and not 'api'.");
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true)]
[JsonSerializable(typeof(Endpoints))]
internal sealed partial class EndpointsJson : JsonSerializerContext;
