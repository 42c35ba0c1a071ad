using System.Globalization;
using System.Net;

namespace Orleans.Kv.Api.Ftp;

/// <summary>The API host's options about FTP.</summary>
internal static class FtpCommandLine
{
    /// <summary>What is wrong with the option, or null.</summary>
    public static string? Apply(FtpOptions options, string name, string value)
    {
        switch (name)
        {
            case "--ftp-port":
                options.Port = Number(value);
                return options.Port is null ? NoNumber(name, value) : null;
            case "--ftp-address":
                if (!IPAddress.TryParse(value, out var address)) return NoAddress(name, value);
                options.Address = address;
                return null;
            case "--ftp-public-address":
                if (!IPAddress.TryParse(value, out var known)) return NoAddress(name, value);
                options.PublicAddress = known;
                return null;
            case "--ftp-user":
                options.User = value;
                return null;
            case "--ftp-password-file":
                options.PasswordFile = value;
                return null;
            case "--ftp-certificate":
                options.CertificateFile = value;
                return null;
            case "--ftp-passive-ports":
                if (value.Split('-') is not [var first, var last] || Number(first) is not (> 0 and { } from) || Number(last) is not { } to)
                    return $"{name} {value} is not two ports, as 30000-30099.";
                (options.FirstPassivePort, options.LastPassivePort) = (from, to);
                return null;
            case "--ftp-max-sessions":
                if (Number(value) is not { } sessions) return NoNumber(name, value);
                options.MaxSessions = sessions;
                return null;
            default:
                return $"{name} is not an option.";
        }
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string NoNumber(string name, string value) => $"{name} {value} is not a whole number.";

    private static string NoAddress(string name, string value) => $"{name} {value} is not an IP address.";
}
