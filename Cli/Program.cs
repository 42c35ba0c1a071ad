using System.CommandLine;
using System.CommandLine.Help;
using Orleans.Kv.Cli;
using Orleans.Kv.Cli.Commands;

// Not a RootCommand, which takes its name from the file that runs.
var root = new Command("kv", "Runs a cluster of Orleans.Kv on this machine, and talks to one.")
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
    KeyCommands.Delete(),
};

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync($"kv: {error.Message}");
    return ExitCodes.Usage;
}

try
{
    // `up` handles signals itself: it has processes to stop.
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (CliException exception)
{
    await Console.Error.WriteLineAsync($"kv: {exception.Message}");
    return exception.ExitCode;
}
