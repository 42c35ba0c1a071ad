using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Orleans.Kv.Cli.Http;

namespace Orleans.Kv.Cli.Commands;

/// <summary><c>kv issynch [NAME]</c>: whether every silo, or the one that is named, has all that it should have. Exit code 0 when so, 1 when not.</summary>
internal static class InSyncCommand
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        var name = new Argument<string?>("name") { Description = "The silo; all of them when left out.", Arity = ArgumentArity.ZeroOrOne };
        var dir = CommonOptions.Dir();
        var url = CommonOptions.Url();
        var json = CommonOptions.Json();
        var wait = new Option<int>("--wait") { Description = "Seconds to wait for it.", DefaultValueFactory = _ => 0 };
        var command = new Command("issynch", "Says whether every silo has all that it should have, and what it is owed.") { name, wait, dir, url, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = CommonOptions.Connect(parsed, dir, url);
            var patience = TimeSpan.FromSeconds(parsed.GetValue(wait));
            var started = TimeProvider.System.GetTimestamp();
            while (true)
            {
                using var answer = await AskAsync(client, parsed.GetValue(name), cancellation);
                var inSync = answer.IsSuccess && answer.Root.GetProperty("inSync").GetBoolean();
                if (!inSync && TimeProvider.System.GetElapsedTime(started) < patience)
                {
                    await Task.Delay(Poll, cancellation);
                    continue;
                }

                if (!answer.IsSuccess)
                    throw new CliException(answer.Status == HttpStatusCode.NotFound ? ExitCodes.NotFound : ExitCodes.Unavailable, answer.Problem);
                if (parsed.GetValue(json)) Console.WriteLine(answer.Text);
                else Print(answer.Root, inSync);
                return inSync ? ExitCodes.Ok : ExitCodes.NotFound;
            }
        });
        return command;
    }

    private static Task<Answer> AskAsync(ApiClient client, string? silo, CancellationToken cancellation) => silo is null
        ? client.GetAsync("/issynch", cancellation)
        : client.PostAsync("/issynch", Bodies.Node(silo), cancellation);

    private static void Print(JsonElement answer, bool inSync)
    {
        Console.WriteLine(inSync ? "in sync" : "not in sync");
        var behind = answer.GetProperty("nodes").EnumerateArray().Where(node => !node.GetProperty("inSync").GetBoolean()).ToList();
        foreach (var node in behind)
            Console.WriteLine($"{node.GetProperty("name").GetString()} ({node.GetProperty("state").GetString()}): {node.GetProperty("reason").GetString() ?? "no reason is given"}{Owed(node)}");
    }

    private static string Owed(JsonElement node)
    {
        // Not there where nobody could be asked.
        if (!node.TryGetProperty("pending", out var pending)) return "";
        var (keys, slots) = (pending.GetInt64(), node.GetProperty("pendingSlots").GetInt64());
        if (keys == 0 && slots == 0) return "";
        var whole = slots == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" and {slots} slots as a whole");
        var since = node.GetProperty("oldest").GetString() is { } oldest ? $", the oldest since {oldest}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"; it is owed {keys} keys{whole}, about {node.GetProperty("bytes").GetInt64()} bytes{since}");
    }
}
