using System.CommandLine;
using System.Globalization;
using System.Net;
using Orleans.Kv.Cli.Http;

namespace Orleans.Kv.Cli.Commands;

/// <summary>
/// <c>kv get|set|testset|touch|del</c>. Exit codes: 0 done, 1 not found or not as expected, 2 wrong usage, 3 unavailable or outcome unknown, 4 kept but
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
        var raw = new Option<bool>("--raw") { Description = "Write the value's bytes and nothing else, whatever their media type." };
        return One("get", "Prints the value of a key as JSON.", [], [consistency, raw], async (client, key, none, parsed, isJson, cancellation) =>
        {
            using var answer = await client.PostAsync("/fetch", Bodies.Fetch(key, parsed.GetValue(consistency)), cancellation);
            if (!answer.IsSuccess) return Fail(answer);
            if (isJson) return Print(answer, ExitCodes.Ok);
            var value = answer.Root.GetProperty("value");
            var isEncoded = answer.Root.TryGetProperty("encoding", out _);
            if (parsed.GetValue(raw)) WriteRaw(isEncoded ? value.GetBytesFromBase64() : System.Text.Encoding.UTF8.GetBytes(value.GetRawText()));
            else Console.WriteLine(value.GetRawText());
            // Beside the value and not in it: what reads the value goes on working.
            if (isEncoded && !parsed.GetValue(raw)) await Console.Error.WriteLineAsync($"kv: {answer.Root.GetProperty("contentType").GetString()}, shown as base64; --raw writes the bytes");
            if (answer.Root.GetProperty("stale").GetBoolean()) await Console.Error.WriteLineAsync("kv: stale: this is the newest copy that can be reached, and there may be a newer one");
            return ExitCodes.Ok;
        });
    }

    public static Command Set()
    {
        var ttl = new Option<double?>("--ttl") { Description = "Seconds that the value lives; for ever when left out." };
        var ifVersion = new Option<long?>("--if-version") { Description = "Only if the key is at this version." };
        var ifAbsent = new Option<bool>("--if-absent") { Description = "Only if nothing is stored under the key." };
        return One("set", "Stores a value under a key.", ["value"], [ttl, ifVersion, ifAbsent], async (client, key, values, parsed, isJson, cancellation) =>
        {
            var body = Bodies.Store(key, values[0], parsed.GetValue(ttl), parsed.GetValue(ifVersion), parsed.GetValue(ifAbsent));
            using var answer = await client.PostAsync("/store", body, cancellation);
            if (!answer.IsSuccess) return Fail(answer);
            if (answer.Status == HttpStatusCode.Accepted) return NotCommitted(answer, isJson);
            if (isJson) return Print(answer, ExitCodes.Ok);
            Console.WriteLine($"{(answer.Root.GetProperty("created").GetBoolean() ? "created" : "replaced")}, version {Version(answer)}");
            return ExitCodes.Ok;
        });
    }

    public static Command TestSet() => One(
        "testset", "Stores a value if the key holds the expected one (null: if it does not exist).", ["expect", "value"], [], async (client, key, values, _, isJson, cancellation) =>
        {
            using var answer = await client.PostAsync("/testset", Bodies.TestSet(key, values[0], values[1]), cancellation);
            if (!answer.IsSuccess) return Fail(answer);
            var isSwapped = answer.Root.GetProperty("swapped").GetBoolean();
            if (isJson) return Print(answer, isSwapped ? ExitCodes.Ok : ExitCodes.NotFound);
            if (isSwapped)
            {
                Console.WriteLine($"swapped, version {Version(answer)}");
                return ExitCodes.Ok;
            }

            Console.WriteLine(answer.Root.TryGetProperty("value", out var found) ? $"not swapped, it holds {found.GetRawText()}" : "not swapped");
            return ExitCodes.NotFound;
        });

    public static Command Touch()
    {
        var seconds = new Argument<double?>("seconds") { Description = "How long the value lives from now on; for ever when left out.", Arity = ArgumentArity.ZeroOrOne };
        return One("touch", "Sets anew when a key expires, and changes nothing else.", [], [], async (client, key, _, parsed, isJson, cancellation) =>
        {
            using var answer = await client.PostAsync("/touch", Bodies.Touch(key, parsed.GetValue(seconds)), cancellation);
            if (!answer.IsSuccess) return Fail(answer);
            if (answer.Status == HttpStatusCode.Accepted) return NotCommitted(answer, isJson);
            if (isJson) return Print(answer, ExitCodes.Ok);
            Console.WriteLine($"touched, version {Version(answer)}");
            return ExitCodes.Ok;
        }, seconds);
    }

    public static Command Delete()
    {
        var ifVersion = new Option<long?>("--if-version") { Description = "Only if the key is at this version." };
        return One("del", "Deletes a key.", [], [ifVersion], async (client, key, _, parsed, isJson, cancellation) =>
        {
            using var answer = await client.PostAsync("/delete", Bodies.Delete(key, parsed.GetValue(ifVersion)), cancellation);
            if (!answer.IsSuccess) return Fail(answer);
            if (answer.Status == HttpStatusCode.Accepted) return NotCommitted(answer, isJson);
            if (isJson) return Print(answer, ExitCodes.Ok);
            Console.WriteLine("deleted");
            return ExitCodes.Ok;
        });
    }

    private static Command One(
        string verb,
        string description,
        string[] valueNames,
        Option[] options,
        Func<ApiClient, string, string[], ParseResult, bool, CancellationToken, Task<int>> action,
        Argument? last = null)
    {
        var key = new Argument<string>("key") { Description = "The key, 1 to 1,024 bytes." };
        var values = valueNames.Select(name => new Argument<string>(name) { Description = "JSON, or text that becomes a JSON string." }).ToArray();
        var command = new Command(verb, description) { key };
        foreach (var value in values) command.Add(value);
        if (last is not null) command.Add(last);
        foreach (var option in options) command.Add(option);
        var connection = Connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = connection.Open(parsed);
            return await action(client, parsed.GetValue(key)!, [.. values.Select(value => parsed.GetValue(value)!)], parsed, connection.IsJson(parsed), cancellation);
        });
        return command;
    }

    private static string Version(Answer answer) => answer.Root.GetProperty("version").GetInt64().ToString(CultureInfo.InvariantCulture);

    private static void WriteRaw(byte[] bytes)
    {
        using var output = Console.OpenStandardOutput();
        output.Write(bytes);
    }

    private static int Print(Answer answer, int code)
    {
        Console.WriteLine(answer.Text);
        return code;
    }

    private static int NotCommitted(Answer answer, bool isJson)
    {
        Console.WriteLine(isJson ? answer.Text : "accepted, not committed: kept by the silos that can be reached until the others are back");
        return ExitCodes.NotCommitted;
    }

    private static int Fail(Answer answer)
    {
        Console.Error.WriteLine($"kv: {answer.Problem}");
        return Failures.CodeOf(answer.Status);
    }
}
