using System.CommandLine;
using Orleans.Kv.Cli.Http;
using Orleans.Kv.Cli.Local;
using Orleans.Kv.Client;

namespace Orleans.Kv.Cli.Commands;

/// <summary>The options by which a command finds its API host, and how it prints: every command that talks to one has these three.</summary>
internal sealed class Connection
{
    public Option<string> Dir { get; } = CommonOptions.Dir();

    public Option<string?> Url { get; } = CommonOptions.Url();

    public Option<bool> Json { get; } = CommonOptions.Json();

    public static Connection AddTo(Command command)
    {
        var connection = new Connection();
        command.Add(connection.Dir);
        command.Add(connection.Url);
        command.Add(connection.Json);
        return connection;
    }

    public ApiClient Open(ParseResult parsed) => CommonOptions.Connect(parsed, Dir, Url);

    /// <summary>The API host's address.</summary>
    public Uri Address(ParseResult parsed) => CommonOptions.Address(parsed, Dir, Url);

    /// <summary>A client that goes on trying, for what takes longer than a person waits.</summary>
    public KvClient Client(ParseResult parsed, bool writeOnce = true) => new(new KvClientOptions { Endpoints = [Address(parsed)], Token = CommonOptions.TokenOf(parsed), WriteOnce = writeOnce });

    public bool IsJson(ParseResult parsed) => parsed.GetValue(Json);

    /// <summary>The local cluster's directory; null where the API host was named instead.</summary>
    public ClusterDirectory? Local(ParseResult parsed) => parsed.GetValue(Url) is null ? new ClusterDirectory(parsed.GetValue(Dir)!) : null;
}
