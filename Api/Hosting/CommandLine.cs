using System.Globalization;
using System.Net;
using Orleans.Kv.Api.Ftp;

namespace Orleans.Kv.Api.Hosting;

/// <summary>
/// Reads <c>--option value</c> and <c>--option=value</c>. An option this program does not know is an error and not ignored: a host that
/// runs with other settings than its operator believes is worse than one that does not run.
/// </summary>
internal static class CommandLine
{
    /// <summary>The options, or null with every error in one sentence after another.</summary>
    public static ApiOptions? Parse(IReadOnlyList<string> arguments, out string error)
    {
        var options = new ApiOptions();
        var faults = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = Split(arguments[i]);
            if (name == "--exit-with-parent")
            {
                options.ExitWithParent = true;
                continue;
            }

            if (name == "--ftp-require-tls")
            {
                options.Ftp.RequireTls = true;
                continue;
            }

            if (value is null && i + 1 < arguments.Count) value = arguments[++i];
            if (value is null) faults.Add($"{name} needs a value.");
            else if (Apply(options, name, value) is { } fault) faults.Add(fault);
        }

        faults.AddRange(options.Faults());
        error = faults.Count == 0 ? "" : "The API host cannot start: " + string.Join(" ", faults);
        return faults.Count == 0 ? options : null;
    }

    private static (string Name, string? Value) Split(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }

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
            case "--port":
                if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port)) return $"--port {value} is not a whole number.";
                options.Port = port;
                return null;
            case "--gateway":
                if (!IPEndPoint.TryParse(value, out var gateway) || gateway.Port == 0) return $"--gateway {value} is not an address and a port, as 10.0.0.1:30000.";
                options.Gateways.Add(gateway);
                return null;
            case "--log-level":
                if (!Enum.TryParse<LogLevel>(value, ignoreCase: true, out var level)) return $"--log-level {value} is not known.";
                options.LogLevel = level;
                return null;
            default:
                return name.StartsWith("--ftp-", StringComparison.Ordinal) ? FtpCommandLine.Apply(options.Ftp, name, value) : $"{name} is not an option.";
        }
    }
}
