using System.CommandLine;
using Orleans.Kv.Cli.Http;
using Orleans.Kv.Cli.Local;

namespace Orleans.Kv.Cli.Commands;

/// <summary>Options that several commands take, and how they find the API host.</summary>
internal static class CommonOptions
{
    public static Option<string> Dir() => new("--dir")
    {
        Description = "The directory of the local cluster.",
        DefaultValueFactory = _ => ClusterDirectory.DefaultName,
    };

    public static Option<string?> Url() => new("--url") { Description = "The API host, instead of the local cluster's." };

    public static Option<bool> Json() => new("--json") { Description = "Print JSON for programs: the API host's own answer where there is one." };

    public static ApiClient Connect(ParseResult parsed, Option<string> dir, Option<string?> url) => new(Address(parsed, dir, url));

    /// <summary>The API host's address, or null where there is none to be found.</summary>
    public static Uri? TryAddress(ParseResult parsed, Option<string> dir, Option<string?> url)
    {
        try
        {
            return Address(parsed, dir, url);
        }
        catch (CliException)
        {
            return null;
        }
    }

    public static Uri Address(ParseResult parsed, Option<string> dir, Option<string?> url)
    {
        var address = parsed.GetValue(url) ?? new ClusterDirectory(parsed.GetValue(dir)!).Read().Url;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new CliException(ExitCodes.Usage, $"--url {address} is not an http address.");
        return uri;
    }
}
