using System.Collections;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orleans.Kv.Interfaces.Clustering;
using Orleans.Kv.Interfaces.Hosting;
using Orleans.Kv.Telemetry.Logs;

namespace Orleans.Kv.Silo.Hosting;

/// <summary>
/// Reads <c>--option value</c> and <c>--option=value</c>, and from the environment what the command line leaves open (<see cref="EnvironmentOptions"/>). An option on the command line that this
/// program does not know is an error and not ignored: a silo that runs with other settings than its operator believes is worse than one that does not run.
/// </summary>
internal static class CommandLine
{
    public readonly record struct Result(SiloHostOptions? Options, string? Error);

    public static Result Parse(IReadOnlyList<string> arguments) => Parse(arguments, new Hashtable());

    public static Result Parse(IReadOnlyList<string> arguments, IDictionary environment)
    {
        var options = new SiloHostOptions();
        options.Cluster.FromEnvironment = environment[ClusterLocation.EnvironmentVariable] as string;
        var faults = new List<string>();
        foreach (var option in EnvironmentOptions.Read(environment, arguments))
        {
            if (ApplyVariable(options, option) is { } fault) faults.Add(fault);
        }

        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = Split(arguments[i]);
            if (value is null && Switch(options, name, on: true)) continue;
            if (value is null && i + 1 < arguments.Count) value = arguments[++i];
            if (value is null) faults.Add($"{name} needs a value.");
            else if (Apply(options, name, value) is { } fault) faults.Add(fault);
        }

        faults.AddRange(options.Faults());
        return faults.Count == 0 ? new(options, null) : new(null, "The silo cannot start: " + string.Join(" ", faults));
    }

    /// <summary>Options without a value: named or not on the command line, true or false in the environment.</summary>
    private static bool Switch(SiloHostOptions options, string name, bool on)
    {
        switch (name)
        {
            case "--exit-with-parent": options.ExitWithParent = on; return true;
            case "--orleans-dashboard": options.OrleansDashboard = on; return true;
            case "--insecure": options.Insecure = on; return true;
            default: return false;
        }
    }

    private static string? ApplyVariable(SiloHostOptions options, EnvironmentOption option)
    {
        if (Switch(new SiloHostOptions(), option.Name, on: true))
        {
            if (option.Switch is not { } on) return $"{option.Variable} must be true or false.";
            Switch(options, option.Name, on);
            return null;
        }

        return Apply(options, option.Name, option.Value) is { } fault && fault != Unknown(option.Name) ? $"{option.Variable}: {fault}" : null;
    }

    private static (string Name, string? Value) Split(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }

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
            case "--cluster-certificate": options.ClusterTls.Certificate = value; return null;
            case "--cluster-key": options.ClusterTls.Key = value; return null;
            case "--cluster-authority": options.ClusterTls.Authority = value; return null;
            case "--address":
                if (AddressOf(value) is not { } address) return $"--address {value} is neither an IP address nor a host name that can be resolved here.";
                options.Address = address;
                return null;
            default: return options.Cluster.Apply(name, value) ? null : Unknown(name);
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

    private static string Unknown(string name) => $"{name} is not an option.";

    private static string? Number(string name, string value, Action<int> set)
    {
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return $"{name} {value} is not a whole number.";
        set(number);
        return null;
    }
}
