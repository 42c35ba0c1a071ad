using System.CommandLine;
using System.CommandLine.Help;
using Orleans.Kv.Cli;
using Orleans.Kv.Cli.Commands;
using Orleans.Kv.Cli.Prompt;

// Not a RootCommand, which takes its name from the file that runs.
var root = new Command("kv", "Runs a cluster of Orleans.Kv on this machine, and talks to one. Without a command: a prompt.")
{
    new HelpOption(),
    new VersionOption(),
    UpCommand.Create(),
    SiloCommands.Create(),
    StatusCommand.Create(),
    InSyncCommand.Create(),
    ConfCommand.Create(),
    ConflictCommands.Create(),
    RecoverCommand.Create(),
    KeyCommands.Get(),
    KeyCommands.Set(),
    KeyCommands.TestSet(),
    KeyCommands.Touch(),
    KeyCommands.Delete(),
    KeysCommand.Create(),
    WatchCommand.Create(),
    TransferCommands.Import(),
    TransferCommands.Export(),
    BenchCommand.Create(),
    TokenCommands.Create(),
    CertsCommand.Create(),
    CommonOptions.Token,
};
var dir = CommonOptions.Dir();
var url = CommonOptions.Url();
root.Add(dir);
root.Add(url);
root.SetAction((parsed, _) =>
{
    // The commands of a session find the API host as the session does, unless they say otherwise.
    string[] connection = parsed.GetValue(url) is { } address ? ["--url", address] : ["--dir", parsed.GetValue(dir)!];
    if (parsed.GetValue(CommonOptions.Token) is { } token) connection = [.. connection, CommonOptions.Token.Name, token];
    return new PromptSession(root, RunAsync, connection).RunAsync(() => CommonOptions.TryAddress(parsed, dir, url) is { } found ? CommonOptions.Client(parsed, found) : null);
});
return await RunAsync(args);

async Task<int> RunAsync(IReadOnlyList<string> arguments)
{
    // A key or a value may begin with @, which is no file here.
    var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
    if (parsed.Errors.Count > 0)
    {
        foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync($"kv: {error.Message}");
        return ExitCodes.Usage;
    }

    try
    {
        // Commands that have something to bring to an end handle signals themselves.
        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }
    catch (CliException exception)
    {
        await Console.Error.WriteLineAsync($"kv: {exception.Message}");
        return exception.ExitCode;
    }
}
