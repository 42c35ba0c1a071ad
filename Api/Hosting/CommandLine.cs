using System.Collections;
using System.Globalization;
using System.Net;
using Orleans.Kv.Api.Ftp;
using Orleans.Kv.Interfaces.Clustering;
using Orleans.Kv.Interfaces.Hosting;
using Orleans.Kv.Telemetry.Logs;

namespace Orleans.Kv.Api.Hosting;

/// <summary>The options of an API host, from its command line and its environment.</summary>
internal static class CommandLine
{
    /// <summary>The options, or null with every error in one sentence after another.</summary>
    public static ApiOptions? Parse(IReadOnlyList<string> arguments, out string error) => Parse(arguments, new Hashtable(), out error);

    /// <inheritdoc cref="Parse(IReadOnlyList{string}, out string)"/>
    public static ApiOptions? Parse(IReadOnlyList<string> arguments, IDictionary environment, out string error)
    {
        var options = new ApiOptions();
        options.Cluster.FromEnvironment = environment[ClusterLocation.EnvironmentVariable] as string;
        var faults = new HostOptionReader(name => SwitchOf(options, name), (name, value) => Apply(options, name, value)).Read(arguments, environment);
        faults.AddRange(options.Faults());
        error = faults.Count == 0 ? "" : "The API host cannot start: " + string.Join(" ", faults);
        return faults.Count == 0 ? options : null;
    }

    private static Action<bool>? SwitchOf(ApiOptions options, string name) => name switch
    {
        "--exit-with-parent" => on => options.ExitWithParent = on,
        "--insecure" => on => options.Access.Insecure = on,
        "--orleans-dashboard" => on => options.OrleansDashboard = on,
        "--ftp-require-tls" => on => options.Ftp.RequireTls = on,
        _ => null,
    };

    private static string? Apply(ApiOptions options, string name, string value)
    {
        switch (name)
        {
            case "--directory":
                options.Directory = value;
                return null;
            case "--urls":
                options.Urls = value;
                return null;
            case "--listen":
                if (!IPAddress.TryParse(value, out var listen)) return $"--listen {value} is not an IP address.";
                options.Listen = listen;
                return null;
            case "--tokens":
                options.Access.TokensFile = value;
                return null;
            case "--https-certificate":
                options.HttpsCertificate = value;
                return null;
            case "--https-key":
                options.HttpsKey = value;
                return null;
            case "--cluster-certificate":
                options.ClusterTls.Certificate = value;
                return null;
            case "--cluster-key":
                options.ClusterTls.Key = value;
                return null;
            case "--cluster-authority":
                options.ClusterTls.Authority = value;
                return null;
            case "--port":
                if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port)) return $"--port {value} is not a whole number.";
                options.Port = port;
                return null;
            case "--drain-seconds":
                if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return $"--drain-seconds {value} is not a whole number.";
                options.DrainSeconds = seconds;
                return null;
            case "--gateway":
                return AddGateways(options, value);
            case "--log-level":
                if (!Enum.TryParse<LogLevel>(value, ignoreCase: true, out var level)) return $"--log-level {value} is not known.";
                options.LogLevel = level;
                return null;
            case "--log-format":
                if (!LogFormats.TryParse(value, out var format)) return $"--log-format {value} is not known; there are text and json.";
                options.LogFormat = format;
                return null;
            default:
                if (options.Cluster.Apply(name, value)) return null;
                return name.StartsWith("--ftp-", StringComparison.Ordinal) ? FtpCommandLine.Apply(options.Ftp, name, value) : HostOptionReader.Unknown(name);
        }
    }

    /// <summary>Several with commas between them: a variable can be set only once.</summary>
    private static string? AddGateways(ApiOptions options, string value)
    {
        foreach (var text in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!IPEndPoint.TryParse(text, out var gateway) || gateway.Port == 0) return $"--gateway {text} is not an address and a port, as 10.0.0.1:30000.";
            options.Gateways.Add(gateway);
        }

        return null;
    }
}
