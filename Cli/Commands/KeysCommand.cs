using System.CommandLine;
using System.Net;
using Orleans.Kv.Cli.Http;
using Orleans.Kv.Client;

namespace Orleans.Kv.Cli.Commands;

/// <summary><c>kv keys [PREFIX]</c>: the keys in order, a line each. A key with control characters in it is printed as a JSON string. With <c>--json</c>: the API host's own pages, a line each.</summary>
internal static class KeysCommand
{
    public static Command Create()
    {
        var prefix = new Argument<string>("prefix") { Description = "What the keys begin with; all keys when left out.", DefaultValueFactory = _ => "" };
        var limit = new Option<int?>("--limit") { Description = "At most so many; all of them when left out." };
        var after = new Option<string?>("--after") { Description = "Only those behind this key." };
        var command = new Command("keys", "Lists keys in order.") { prefix, limit, after };
        var connection = Connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var left = parsed.GetValue(limit) ?? int.MaxValue;
            if (left < 1) throw new CliException(ExitCodes.Usage, $"--limit {left}: at least one key.");
            using var client = connection.Open(parsed);
            return await ListAsync(client, parsed.GetValue(prefix)!, parsed.GetValue(after), left, connection.IsJson(parsed), cancellation);
        });
        return command;
    }

    private static async Task<int> ListAsync(ApiClient client, string prefix, string? after, int left, bool isJson, CancellationToken cancellation)
    {
        var isStale = false;
        do
        {
            using var page = await client.PostAsync("/list", Bodies.List(prefix, after, Math.Min(left, KvClient.MaxPageSize)), cancellation);
            if (!page.IsSuccess) throw new CliException(page.Status == HttpStatusCode.BadRequest ? ExitCodes.Usage : ExitCodes.Unavailable, page.Problem);
            var keys = page.Root.GetProperty("keys");
            if (isJson) Console.WriteLine(page.Text);
            else
            {
                foreach (var key in keys.EnumerateArray()) Console.WriteLine(Values.Line(key.GetString()!));
            }

            isStale |= page.Root.TryGetProperty("stale", out var stale) && stale.GetBoolean();
            left -= keys.GetArrayLength();
            after = page.Root.GetProperty("next").GetString();
        }
        while (after is not null && left > 0);

        if (isStale) await Console.Error.WriteLineAsync("kv: stale: not every silo could be asked, and keys may be missing");
        return ExitCodes.Ok;
    }
}
