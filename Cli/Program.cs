using System.CommandLine;
using Orleans.Kv.Cli;
using Orleans.Kv.Cli.Commands;

var root = new RootCommand("Runs a cluster of Orleans.Kv on this machine, and talks to one.")
{
    UpCommand.Create(),
    SiloCommands.Create(),
    StatusCommand.Create(),
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
