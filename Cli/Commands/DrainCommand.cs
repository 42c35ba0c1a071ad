using System.CommandLine;
using System.Net;
using Orleans.Kv.Cli.Http;
using Orleans.Kv.Cli.Local;

namespace Orleans.Kv.Cli.Commands;

/// <summary>
/// <c>kv silo drain NAME</c>: has a silo leave for good. Its data moves to the others while everything goes on; then its process is stopped, where it is one of the
/// local cluster. Interrupting the command does not stop the draining: run it again to wait on.
/// </summary>
internal static class DrainCommand
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "The silo, for example silo-1." };
        var dir = CommonOptions.Dir();
        var url = CommonOptions.Url();
        var json = CommonOptions.Json();
        var command = new Command("drain", "Moves a silo's data to the others and stops it, for good.") { name, dir, url, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = CommonOptions.Connect(parsed, dir, url);
            var silo = parsed.GetValue(name)!;
            await DrainAsync(client, silo, cancellation);
            if (parsed.GetValue(url) is not null)
            {
                new SiloChange(silo, "drained", null, $"{silo} is drained; its process may be stopped").Print(parsed.GetValue(json));
                return ExitCodes.Ok;
            }

            await ControlPipe.AskAsync(new ClusterDirectory(parsed.GetValue(dir)!), "stop", silo, cancellation);
            new SiloChange(silo, "stopped", null, $"{silo} is drained and has stopped").Print(parsed.GetValue(json));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task DrainAsync(ApiClient client, string silo, CancellationToken cancellation)
    {
        var shown = "";
        while (true)
        {
            using var answer = await client.PostAsync("/cluster/drain", Bodies.Node(silo), cancellation);
            if (answer.Status == HttpStatusCode.OK) return;
            // The leader may have died; the next one goes on where it was.
            if (answer.Status != HttpStatusCode.ServiceUnavailable)
            {
                if (!answer.IsSuccess) throw new CliException(answer.Status == HttpStatusCode.NotFound ? ExitCodes.NotFound : ExitCodes.Unavailable, answer.Problem);
                var progress = await ProgressAsync(client, cancellation);
                // Not on standard output, which is for what came of it.
                if (progress != shown) await Console.Error.WriteLineAsync(progress);
                shown = progress;
            }

            await Task.Delay(Poll, cancellation);
        }
    }

    private static async Task<string> ProgressAsync(ApiClient client, CancellationToken cancellation)
    {
        using var cluster = await client.GetAsync("/cluster", cancellation);
        return cluster.IsSuccess ? MigrationText.Of(cluster.Root) ?? "waiting for the map to change" : cluster.Problem;
    }
}
