using System.CommandLine;
using System.Net;
using Orleans.Kv.Cli.Http;

namespace Orleans.Kv.Cli.Commands;

/// <summary>
/// <c>kv get|set|testset|del</c>. Exit codes: 0 done, 1 not found or not as expected, 2 wrong usage, 3 unavailable or outcome unknown, 4 kept but
/// not committed.
/// </summary>
/// <remarks>
/// A VALUE that is JSON is sent as it stands (<c>5</c>, <c>true</c>, <c>'{"a":1}'</c>, <c>'"text"'</c>); anything else is sent as a JSON
/// string, so that <c>kv set greeting hello</c> does what it looks like. <c>testset</c> reads EXPECT the same way, and <c>null</c> as "absent".
/// </remarks>
internal static class KeyCommands
{
    public static Command Get()
    {
        var consistency = new Option<string?>("--consistency") { Description = "strong (linearizable or nothing) or eventual (the newest copy at hand); the cluster's mode decides when left out." };
        consistency.AcceptOnlyFromAmong("strong", "eventual");
        var json = CommonOptions.Json();
        return One("get", "Prints the value of a key as JSON.", [], [consistency, json], async (client, key, _, parsed, cancellation) =>
        {
            using var answer = await client.PostAsync("/fetch", Bodies.Fetch(key, parsed.GetValue(consistency)), cancellation);
            if (!answer.IsSuccess) return Fail(answer);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(answer.Text);
                return ExitCodes.Ok;
            }

            Console.WriteLine(answer.Root.GetProperty("value").GetRawText());
            // Beside the value and not in it: what reads the value goes on working.
            if (answer.Root.GetProperty("stale").GetBoolean()) await Console.Error.WriteLineAsync("kv: stale: this is the newest copy that can be reached, and there may be a newer one");
            return ExitCodes.Ok;
        });
    }

    public static Command Set() => One("set", "Stores a value under a key.", ["value"], [], async (client, key, values, _, cancellation) =>
    {
        using var answer = await client.PostAsync("/store", Bodies.Value(key, values[0]), cancellation);
        if (!answer.IsSuccess) return Fail(answer);
        if (answer.Status == HttpStatusCode.Accepted) return NotCommitted();
        Console.WriteLine($"{(answer.Status == HttpStatusCode.Created ? "created" : "replaced")}, version {answer.Root.GetProperty("version").GetInt64()}");
        return ExitCodes.Ok;
    });

    public static Command TestSet() => One(
        "testset", "Stores a value if the key holds the expected one (null: if it does not exist).", ["expect", "value"], [], async (client, key, values, _, cancellation) =>
        {
            using var answer = await client.PostAsync("/testset", Bodies.TestSet(key, values[0], values[1]), cancellation);
            if (!answer.IsSuccess) return Fail(answer);
            var version = answer.Root.GetProperty("version").GetInt64();
            if (answer.Root.GetProperty("swapped").GetBoolean())
            {
                Console.WriteLine($"swapped, version {version}");
                return ExitCodes.Ok;
            }

            Console.WriteLine(answer.Root.TryGetProperty("value", out var found) ? $"not swapped, it holds {found.GetRawText()}" : "not swapped");
            return ExitCodes.NotFound;
        });

    public static Command Delete() => One("del", "Deletes a key.", [], [], async (client, key, _, _, cancellation) =>
    {
        using var answer = await client.PostAsync("/delete", Bodies.Key(key), cancellation);
        if (!answer.IsSuccess) return Fail(answer);
        if (answer.Status == HttpStatusCode.Accepted) return NotCommitted();
        Console.WriteLine("deleted");
        return ExitCodes.Ok;
    });

    private static Command One(
        string verb, string description, string[] valueNames, Option[] options, Func<ApiClient, string, string[], ParseResult, CancellationToken, Task<int>> action)
    {
        var key = new Argument<string>("key") { Description = "The key, 1 to 1,024 bytes." };
        var values = valueNames.Select(name => new Argument<string>(name) { Description = "JSON, or text that becomes a JSON string." }).ToArray();
        var dir = CommonOptions.Dir();
        var url = CommonOptions.Url();
        var command = new Command(verb, description) { key };
        foreach (var value in values) command.Add(value);
        foreach (var option in options) command.Add(option);
        command.Add(dir);
        command.Add(url);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = CommonOptions.Connect(parsed, dir, url);
            return await action(client, parsed.GetValue(key)!, [.. values.Select(value => parsed.GetValue(value)!)], parsed, cancellation);
        });
        return command;
    }

    private static int NotCommitted()
    {
        Console.WriteLine("accepted, not committed: kept by the silos that can be reached until the others are back");
        return ExitCodes.NotCommitted;
    }

    private static int Fail(Answer answer)
    {
        Console.Error.WriteLine($"kv: {answer.Problem}");
        return answer.Status switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Conflict => ExitCodes.NotFound,
            HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge => ExitCodes.Usage,
            _ => ExitCodes.Unavailable,
        };
    }
}
