using System.Globalization;
using System.Net;

namespace Orleans.Kv.Silo.Hosting;

/// <summary>
/// Reads <c>--option value</c> and <c>--option=value</c>. An option this program does not know is an error and not ignored: a silo that
/// runs with other settings than its operator believes is worse than one that does not run.
/// </summary>
internal static class CommandLine
{
    public readonly record struct Result(SiloHostOptions? Options, string? Error);

    public static Result Parse(IReadOnlyList<string> arguments)
    {
        var options = new SiloHostOptions();
        var faults = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = Split(arguments[i]);
            if (name == "--exit-with-parent")
            {
                options.ExitWithParent = true;
                continue;
            }

            if (value is null && i + 1 < arguments.Count) value = arguments[++i];
            if (value is null) faults.Add($"{name} needs a value.");
            else if (Apply(options, name, value) is { } fault) faults.Add(fault);
        }

        faults.AddRange(options.Faults());
        return faults.Count == 0 ? new(options, null) : new(null, "The silo cannot start: " + string.Join(" ", faults));
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
            case "--silo-port": return Number(name, value, port => options.SiloPort = port);
            case "--gateway-port": return Number(name, value, port => options.GatewayPort = port);
            case "--formation-size": return Number(name, value, size => options.FormationSize = size);
            case "--batches-in-flight": return Number(name, value, count => options.BatchesInFlight = count);
            case "--address":
                if (!IPAddress.TryParse(value, out var address)) return $"--address {value} is not an IP address.";
                options.Address = address;
                return null;
            default: return $"{name} is not an option.";
        }
    }

    private static string? Number(string name, string value, Action<int> set)
    {
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return $"{name} {value} is not a whole number.";
        set(number);
        return null;
    }
}
