using System.CommandLine;
using System.Diagnostics;
using Orleans.Kv.Cli.Local;

namespace Orleans.Kv.Cli.Commands;

/// <summary><c>kv silo kill|stop|start|add|drain NAME</c>: what happens to silos, made to happen.</summary>
internal static class SiloCommands
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan StartPoll = TimeSpan.FromMilliseconds(20);

    public static Command Create() => new("silo", "Kills, stops, starts, adds or drains a silo of the local cluster.")
    {
        One("kill", "Kills a silo with SIGKILL, as a crash would.", (directory, name, _) => Task.FromResult(Kill(directory, name))),
        One("stop", "Stops a silo in good order.", async (directory, name, cancellation) =>
        {
            await ControlPipe.AskAsync(directory, "stop", name, cancellation);
            return new SiloChange(name, "stopped", null, $"{name} has stopped");
        }),
        One("start", "Starts a silo again, with its name and ports.", (directory, name, cancellation) => StartAsync(directory, "start", name, cancellation)),
        One("add", "Starts one more silo, which joins the cluster.", (directory, name, cancellation) => StartAsync(directory, "add", name, cancellation)),
        DrainCommand.Create(),
    };

    private static Command One(string verb, string description, Func<ClusterDirectory, string, CancellationToken, Task<SiloChange>> action)
    {
        var name = new Argument<string>("name") { Description = "The silo, for example silo-1." };
        var dir = CommonOptions.Dir();
        var json = CommonOptions.Json();
        var command = new Command(verb, description) { name, dir, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var change = await action(new ClusterDirectory(parsed.GetValue(dir)!), parsed.GetValue(name)!, cancellation);
            change.Print(parsed.GetValue(json));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static SiloChange Kill(ClusterDirectory directory, string name)
    {
        var silos = directory.Read().Silos;
        if (silos.All(silo => silo.Name != name))
            throw new CliException(ExitCodes.Usage, $"there is no silo {name}; there are {string.Join(", ", silos.Select(silo => silo.Name))}.");
        var pid = directory.LivePid(name) ?? throw new CliException(ExitCodes.Unavailable, $"{name} does not run.");
        using var process = Process.GetProcessById(pid);
        process.Kill();
        process.WaitForExit();
        return SiloChange.Of(name, "killed", pid);
    }

    private static async Task<SiloChange> StartAsync(ClusterDirectory directory, string verb, string name, CancellationToken cancellation)
    {
        await ControlPipe.AskAsync(directory, verb, name, cancellation);
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < StartPatience)
        {
            // A silo writes its number when its host is built.
            if (directory.LivePid(name) is { } pid) return SiloChange.Of(name, "started", pid);
            await Task.Delay(StartPoll, cancellation);
        }

        throw new CliException(ExitCodes.Unavailable, $"{name} did not start; see {directory.LogFile(name)}.");
    }
}
