using System.CommandLine;
using Orleans.Kv.Cli.Http;
using Orleans.Kv.Cli.Local;
using Orleans.Kv.Client;

namespace Orleans.Kv.Cli.Commands;

/// <summary>Options that several commands take, and how they find the API host.</summary>
internal static class CommonOptions
{
    private const string TokenVariable = "KV_TOKEN";

    public static Option<string> Dir() => new("--dir")
    {
        Description = "The directory of the local cluster.",
        DefaultValueFactory = _ => ClusterDirectory.DefaultName,
    };

    public static Option<string?> Url() => new("--url") { Description = "The API host, instead of the local cluster's." };

    public static Option<bool> Json() => new("--json") { Description = "Print JSON for programs: the API host's own answer where there is one." };

    /// <summary>Of every command: who asks, where the API host wants to know.</summary>
    public static Option<string?> Token { get; } = new("--token")
    {
        Description = $"The token for an API host that wants one. Better in {TokenVariable}: other users of the machine see command lines.",
        Recursive = true,
    };

    public static ApiClient Connect(ParseResult parsed, Option<string> dir, Option<string?> url) => new(Client(parsed, Address(parsed, dir, url)));

    /// <summary>How this command's client speaks to an API host. Who typed it wants to hear at once that nobody listens, or that there is no quorum.</summary>
    public static KvClientOptions Client(ParseResult parsed, Uri address) => new() { Endpoints = [address], Token = TokenOf(parsed), RefusalPatience = TimeSpan.Zero };

    public static string? TokenOf(ParseResult parsed)
    {
        var token = parsed.GetValue(Token) ?? Environment.GetEnvironmentVariable(TokenVariable);
        if (string.IsNullOrWhiteSpace(token)) return null;
        return token.Any(static c => c is <= ' ' or > '~') ? throw new CliException(ExitCodes.Usage, "--token: a token has letters, digits, '-', '_' and one '.', and no other characters.") : token;
    }


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
