using System.CommandLine;
using System.Text.Json;
using Orleans.Kv.Cli.Http;

namespace Orleans.Kv.Cli.Commands;

/// <summary>
/// <c>kv recover</c>: after too many silos were lost at once, makes what the survivors hold the truth. Lists first what may be lost, then asks; <c>--yes</c> answers in
/// advance, and is needed where nobody can be asked.
/// </summary>
internal static class RecoverCommand
{
    public static Command Create()
    {
        var dir = CommonOptions.Dir();
        var url = CommonOptions.Url();
        var yes = new Option<bool>("--yes") { Description = "Do it without asking." };
        var json = CommonOptions.Json();
        var command = new Command("recover", "Gives up silos that will not return, when too many were lost at once.") { dir, url, yes, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = CommonOptions.Connect(parsed, dir, url);
            using var plan = await AskAsync(client, apply: false, cancellation);
            if (parsed.GetValue(json)) return await PrintAsync(client, plan, parsed.GetValue(yes), cancellation);
            if (!plan.Root.GetProperty("needed").GetBoolean())
            {
                Console.WriteLine("nothing to recover: no silo of the map is missing");
                return ExitCodes.Ok;
            }

            Describe(plan.Root);
            if (!parsed.GetValue(yes) && !IsAgreed()) return ExitCodes.NotFound;
            using var done = await AskAsync(client, apply: true, cancellation);
            Console.WriteLine($"recovered: the map of epoch {done.Root.GetProperty("epoch").GetInt64()} goes on with {Names(done.Root, "survivors")}");
            return ExitCodes.Ok;
        });
        return command;
    }

    // For programs, who are not asked: the plan, or what came of it.
    private static async Task<int> PrintAsync(ApiClient client, Answer plan, bool isAgreed, CancellationToken cancellation)
    {
        var isNeeded = plan.Root.GetProperty("needed").GetBoolean();
        if (!isNeeded || !isAgreed)
        {
            Console.WriteLine(plan.Text);
            return isNeeded ? ExitCodes.NotFound : ExitCodes.Ok;
        }

        using var done = await AskAsync(client, apply: true, cancellation);
        Console.WriteLine(done.Text);
        return ExitCodes.Ok;
    }

    private static async Task<Answer> AskAsync(ApiClient client, bool apply, CancellationToken cancellation)
    {
        var answer = await client.PostAsync("/cluster/recover", Bodies.Apply(apply), cancellation);
        if (answer.IsSuccess) return answer;
        using (answer) throw new CliException(ExitCodes.Unavailable, answer.Problem);
    }

    private static void Describe(JsonElement plan)
    {
        Console.WriteLine($"given up for ever:  {Names(plan, "lost")}");
        Console.WriteLine($"goes on with:       {Names(plan, "survivors")}");
        var slots = plan.GetProperty("slots").GetInt32();
        var (atRisk, gone) = (plan.GetProperty("slotsAtRisk").GetInt32(), plan.GetProperty("slotsGone").GetInt32());
        if (atRisk == 0 && gone == 0) Console.WriteLine("nothing is lost: enough copies of every key are left");
        if (atRisk > 0) Console.WriteLine($"may be lost:        the newest writes of the keys in {atRisk} of {slots} slots");
        if (gone > 0) Console.WriteLine($"is lost:            all keys in {gone} of {slots} slots");
    }

    private static bool IsAgreed()
    {
        if (Console.IsInputRedirected) throw new CliException(ExitCodes.Usage, "nobody can be asked here; to do it all the same: kv recover --yes");
        Console.Write("This cannot be undone. Recover? [y/N] ");
        if (Console.ReadLine()?.Trim() is "y" or "Y" or "yes") return true;
        Console.WriteLine("nothing was changed");
        return false;
    }

    private static string Names(JsonElement document, string list) =>
        string.Join(", ", document.GetProperty(list).EnumerateArray().Select(name => name.GetString())) is { Length: > 0 } names ? names : "nobody";
}
