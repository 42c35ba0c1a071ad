using System.Collections;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orleans.Kv.Interfaces.Clustering;
using Orleans.Kv.Interfaces.Hosting;
using Orleans.Kv.Telemetry.Logs;

namespace Orleans.Kv.Silo.Hosting;

/// <summary>The options of a silo, from its command line and its environment.</summary>
internal static class CommandLine
{
    public readonly record struct Result(SiloHostOptions? Options, string? Error);

    public static Result Parse(IReadOnlyList<string> arguments) => Parse(arguments, new Hashtable());

    public static Result Parse(IReadOnlyList<string> arguments, IDictionary environment)
    {
        var options = new SiloHostOptions();
        options.Cluster.FromEnvironment = environment[ClusterLocation.EnvironmentVariable] as string;
        var faults = new HostOptionReader(name => SwitchOf(options, name), (name, value) => Apply(options, name, value)).Read(arguments, environment);
        faults.AddRange(options.Faults());
        return faults.Count == 0 ? new(options, null) : new(null, "The silo cannot start: " + string.Join(" ", faults));
    }

    private static Action<bool>? SwitchOf(SiloHostOptions options, string name) => name switch
    {
        "--exit-with-parent" => on => options.ExitWithParent = on,
        "--orleans-dashboard" => on => options.OrleansDashboard = on,
        "--insecure" => on => options.Insecure = on,
        _ => null,
    };

    private static string? Apply(SiloHostOptions options, string name, string value)
    {
        switch (name)
        {
            case "--name": options.Name = value; return null;
            case "--directory": options.Directory = value; return null;
            case "--storage": options.Storage = value; return null;
            case "--log-level": options.LogLevel = value; return null;
            case "--log-format":
                if (!LogFormats.TryParse(value, out var format)) return $"--log-format {value} is not known; there are text and json.";
                options.LogFormat = format;
                return null;
            case "--metrics-port": return Number(name, value, port => options.MetricsPort = port);
            case "--silo-port": return Number(name, value, port => options.SiloPort = port);
            case "--gateway-port": return Number(name, value, port => options.GatewayPort = port);
            case "--formation-size": return Number(name, value, size => options.FormationSize = size);
            case "--batches-in-flight": return Number(name, value, count => options.BatchesInFlight = count);
            case "--tokens": options.TokensFile = value; return null;
            case "--https-certificate": options.HttpsCertificate = value; return null;
            case "--https-key": options.HttpsKey = value; return null;
            case "--cluster-certificate": options.ClusterTls.Certificate = value; return null;
            case "--cluster-key": options.ClusterTls.Key = value; return null;
            case "--cluster-authority": options.ClusterTls.Authority = value; return null;
            case "--address":
                if (AddressOf(value) is not { } address) return $"--address {value} is neither an IP address nor a host name that can be resolved here.";
                options.Address = address;
                return null;
            default: return options.Cluster.Apply(name, value) ? null : HostOptionReader.Unknown(name);
        }
    }

    /// <summary>A container knows its name and not its address. Looked up once: a silo that moves is another silo.</summary>
    private static IPAddress? AddressOf(string value)
    {
        if (IPAddress.TryParse(value, out var address)) return address;
        if (Uri.CheckHostName(value) != UriHostNameType.Dns) return null;
        try
        {
            // What most container networks use; the other family only where a name has nothing else.
            return Dns.GetHostAddresses(value).OrderBy(found => found.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).FirstOrDefault();
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static string? Number(string name, string value, Action<int> set)
    {
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return $"{name} {value} is not a whole number.";
        set(number);
        return null;
    }
}
