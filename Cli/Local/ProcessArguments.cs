using System.Globalization;

namespace Orleans.Kv.Cli.Local;

/// <summary>The command lines of a local cluster's processes.</summary>
internal static class ProcessArguments
{
    public const string Api = "api";

    // The formation's size is all that `up` was asked for: the map that the first silos form has to have a place for each. Those added later join it.
    public static IEnumerable<string> OfSilo(SiloEndpoint silo, Endpoints cluster, ClusterDirectory directory, int formationSize) =>
    [
        "--name", silo.Name,
        "--directory", directory.FullPath,
        "--silo-port", Text(silo.SiloPort),
        "--gateway-port", Text(silo.GatewayPort),
        "--formation-size", Text(formationSize),
        "--storage", cluster.Storage,
        "--exit-with-parent",
        .. silo.MetricsPort is { } metrics ? ["--metrics-port", Text(metrics)] : Nothing,
        .. OfBoth(silo.Name, cluster, directory),
    ];

    public static IEnumerable<string> OfApi(Endpoints cluster, ClusterDirectory directory) =>
    [
        "--port", PortOf(cluster.Url),
        "--directory", directory.FullPath,
        "--exit-with-parent",
        .. cluster.Ftp is { } ftp ? ["--ftp-port", PortOf(ftp)] : Nothing,
        .. OfBoth(Api, cluster, directory),
    ];

    private static string[] Nothing => [];

    private static IEnumerable<string> OfBoth(string name, Endpoints cluster, ClusterDirectory directory) =>
    [
        .. cluster.Tokens is { } tokens ? ["--tokens", tokens] : Nothing,
        .. cluster.OrleansDashboard ? ["--orleans-dashboard"] : Nothing,
        .. cluster.PostgresFile is { } postgres ? ["--postgres-file", postgres] : Nothing,
        .. cluster.ClusterId is { } id ? ["--cluster-id", id, "--service-id", id] : Nothing,
        .. cluster.Tls
            ? [
                "--cluster-certificate", Path.Combine(directory.Certificates, name + ".pem"),
                "--cluster-key", Path.Combine(directory.Certificates, name + ".key"),
                "--cluster-authority", Path.Combine(directory.Certificates, "authority.pem"),
            ]
            : Nothing,
    ];

    private static string PortOf(string url) => Text(new Uri(url).Port);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
