using System.CommandLine;
using System.Net;
using System.Text.Json;
using Orleans.Kv.Cli.Http;

namespace Orleans.Kv.Cli.Commands;

/// <summary>
/// <c>kv conf [CP|AP]</c>: shows the cluster's consistency mode, or sets it: exit code 0 when every silo goes by it then, 1 when some have not confirmed it. Those are named
/// on standard error in either case.
/// </summary>
internal static class ConfCommand
{
    public static Command Create()
    {
        var mode = new Argument<string?>("mode") { Description = "CP (or 1), AP (or 2); shows the present mode when left out.", Arity = ArgumentArity.ZeroOrOne };
        var dir = CommonOptions.Dir();
        var url = CommonOptions.Url();
        var json = CommonOptions.Json();
        var command = new Command("conf", "Shows or sets the consistency mode: CP (linearizable, or no answer) or AP (an answer all the same).") { mode, dir, url, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var wanted = parsed.GetValue(mode) is { } text ? Parse(text) : null;
            using var client = CommonOptions.Connect(parsed, dir, url);
            using var answer = wanted is null ? await client.GetAsync("/conf", cancellation) : await client.PostAsync("/conf", Bodies.Mode(wanted), cancellation);
            if (!answer.IsSuccess) throw new CliException(answer.Status == HttpStatusCode.BadRequest ? ExitCodes.Usage : ExitCodes.Unavailable, answer.Problem);
            if (parsed.GetValue(json)) Console.WriteLine(answer.Text);
            else Print(answer.Root);
            // Who only asks has been answered. Who sets it wants it to be in force.
            return wanted is not null && answer.Root.TryGetProperty("unconfirmed", out _) ? ExitCodes.NotFound : ExitCodes.Ok;
        });
        return command;
    }

    private static string Parse(string text) => text.ToUpperInvariant() switch
    {
        "CP" or "1" => "CP",
        "AP" or "2" => "AP",
        _ => throw new CliException(ExitCodes.Usage, $"'{text}' is no mode; there are CP and AP."),
    };

    private static void Print(JsonElement answer)
    {
        // By itself on its line, for scripts.
        Console.WriteLine(answer.GetProperty("mode").GetString());
        if (!answer.TryGetProperty("unconfirmed", out var unconfirmed)) return;
        foreach (var silo in unconfirmed.EnumerateArray())
            Console.Error.WriteLine($"kv: not confirmed by {silo.GetProperty("name").GetString()}: {silo.GetProperty("reason").GetString()}");
    }
}
