using System.CommandLine;
using System.Net;
using System.Text.Json;
using Orleans.Kv.Cli.Http;

namespace Orleans.Kv.Cli.Commands;

/// <summary>
/// <c>kv conflicts [list]</c>: the writes that lost against others when a partition healed. <c>kv conflicts delete ID</c>: forgets one that somebody has dealt with.
/// </summary>
internal static class ConflictCommands
{
    public static Command Create()
    {
        var command = List("conflicts", "Lists the writes that lost against others when a partition healed, and forgets those that were dealt with.");
        command.Add(List("list", "Lists them, which is also what happens without a further word."));
        command.Add(Delete());
        return command;
    }

    private static Command List(string verb, string description)
    {
        var dir = CommonOptions.Dir();
        var url = CommonOptions.Url();
        var json = CommonOptions.Json();
        var limit = new Option<int?>("--limit") { Description = "At most so many, 1 to 1,000; all of them when left out." };
        var after = new Option<string?>("--after") { Description = "Only those behind this id." };
        var command = new Command(verb, description) { limit, after, dir, url, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = CommonOptions.Connect(parsed, dir, url);
            return await ListAsync(client, parsed.GetValue(limit), parsed.GetValue(after), parsed.GetValue(json), cancellation);
        });
        return command;
    }

    private static Command Delete()
    {
        var id = new Argument<string>("id") { Description = "The conflict, as it is listed." };
        var dir = CommonOptions.Dir();
        var url = CommonOptions.Url();
        var json = CommonOptions.Json();
        var command = new Command("delete", "Forgets a conflict.") { id, dir, url, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = CommonOptions.Connect(parsed, dir, url);
            using var answer = await client.DeleteAsync($"/conflicts/{Uri.EscapeDataString(parsed.GetValue(id)!)}", cancellation);
            if (!answer.IsSuccess) throw new CliException(answer.Status == HttpStatusCode.NotFound ? ExitCodes.NotFound : ExitCodes.Unavailable, answer.Problem);
            Console.WriteLine(parsed.GetValue(json) ? answer.Text : "deleted");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<int> ListAsync(ApiClient client, int? limit, string? after, bool json, CancellationToken cancellation)
    {
        var unheard = new SortedSet<string>(StringComparer.Ordinal);
        var count = 0;
        do
        {
            using var page = await client.GetAsync(Address(limit, after), cancellation);
            if (!page.IsSuccess) throw new CliException(page.Status == HttpStatusCode.BadRequest ? ExitCodes.Usage : ExitCodes.Unavailable, page.Problem);
            // The API host's own answer is a page; whoever reads that pages on by itself.
            if (json)
            {
                Console.WriteLine(page.Text);
                return ExitCodes.Ok;
            }

            foreach (var conflict in page.Root.GetProperty("conflicts").EnumerateArray())
            {
                Print(conflict);
                count++;
            }

            foreach (var silo in page.Root.GetProperty("unheard").EnumerateArray()) unheard.Add(silo.GetString()!);
            after = page.Root.GetProperty("next").GetString();
        }
        while (after is not null && limit is null);

        if (count == 0) Console.WriteLine("no conflicts");
        if (after is not null) Console.WriteLine($"more: --after {after}");
        if (unheard.Count > 0) await Console.Error.WriteLineAsync($"kv: {string.Join(", ", unheard)} did not say what conflicts they know of; there may be more");
        return ExitCodes.Ok;
    }

    private static string Address(int? limit, string? after)
    {
        var parameters = new List<string>();
        if (limit is not null) parameters.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"limit={limit}"));
        if (after is not null) parameters.Add($"after={Uri.EscapeDataString(after)}");
        return parameters.Count == 0 ? "/conflicts" : $"/conflicts?{string.Join('&', parameters)}";
    }

    private static void Print(JsonElement conflict)
    {
        // As JSON: a key may have line breaks in it.
        Console.WriteLine($"{conflict.GetProperty("key").GetRawText()} {conflict.GetProperty("id").GetString()}");
        Console.WriteLine($"  kept {Side(conflict.GetProperty("kept"))}");
        Console.WriteLine($"  lost {Side(conflict.GetProperty("lost"))}");
    }

    private static string Side(JsonElement side)
    {
        var clock = side.GetProperty("clock");
        var value = side.GetProperty("deleted").GetBoolean() ? "deleted" : side.GetProperty("value").GetRawText();
        var where = side.GetProperty("silo").GetString() is { } silo ? $"accepted by {silo}" : "committed";
        return $"{clock.GetProperty("time").GetString()}+{clock.GetProperty("counter").GetInt32()} {where}: {value}";
    }
}
