using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Orleans.Kv.Cli.Local;
using Spectre.Console;

namespace Orleans.Kv.Cli.Commands;

/// <summary><c>kv status</c>: the cluster as its silos see it, with the process behind each local silo.</summary>
internal static class StatusCommand
{
    private const int PipeWidth = 200;

    /// <summary>Of a commit's id, as git shortens it.</summary>
    private const int CommitLetters = 8;

    public static Command Create()
    {
        var dir = CommonOptions.Dir();
        var url = CommonOptions.Url();
        var json = CommonOptions.Json();
        var command = new Command("status", "Shows the cluster's map and silos.") { dir, url, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = CommonOptions.Connect(parsed, dir, url);
            using var answer = await client.GetAsync("/cluster", cancellation);
            if (!answer.IsSuccess) throw new CliException(ExitCodes.Unavailable, answer.Problem);
            if (parsed.GetValue(json)) Console.WriteLine(answer.Text);
            else Print(answer.Root, parsed.GetValue(url) is null ? new ClusterDirectory(parsed.GetValue(dir)!) : null);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(JsonElement cluster, ClusterDirectory? local)
    {
        var leader = cluster.GetProperty("leader").GetString();
        Console.WriteLine($"epoch {cluster.GetProperty("epoch").GetInt64()}, mode {cluster.GetProperty("mode").GetString()}, leader {leader ?? "none"}, members {Members(cluster)}");
        if (BuildOf(cluster, "apiVersion") is { } api) Console.WriteLine($"API host of build {api}");
        if (MigrationText.Of(cluster) is { } migration) Console.WriteLine(migration);
        PrintMajorityLost(cluster);
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("silo", "state", "keys", "pending", "not committed", "build", "process");
        foreach (var node in cluster.GetProperty("nodes").EnumerateArray())
        {
            var name = node.GetProperty("name").GetString()!;
            table.AddRow(
                Markup.Escape(name == leader ? name + " (leader)" : name),
                Markup.Escape(State(node)),
                node.GetProperty("keys").ToString() is { Length: > 0 } keys ? keys : "?",
                Pending(node),
                PendingWrites(node),
                Markup.Escape(BuildOf(node, "version") ?? "?"),
                local?.LivePid(name)?.ToString(CultureInfo.InvariantCulture) ?? "-");
        }

        // What reads a pipe has lines of any width.
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = PipeWidth;
        AnsiConsole.Write(table);
    }

    private static string Members(JsonElement cluster) => string.Join(
        " ", cluster.GetProperty("nodes").EnumerateArray().Where(node => node.GetProperty("member").GetBoolean()).Select(node => node.GetProperty("name").GetString()));

    private static string State(JsonElement node)
    {
        var state = node.GetProperty("state").GetString()!;
        return node.TryGetProperty("unreachableSince", out var since) && since.GetString() is { } time ? $"{state} since {time}" : state;
    }

    // Absent from an API host of an earlier build.
    private static string PendingWrites(JsonElement node) => node.TryGetProperty("pendingWrites", out var writes) && writes.ValueKind == JsonValueKind.Number ? writes.GetRawText() : "?";

    // Null from a host of an earlier build.
    private static string? BuildOf(JsonElement owner, string property)
    {
        if (!owner.TryGetProperty(property, out var value) || value.GetString() is not { } build) return null;
        var commit = build.IndexOf('+', StringComparison.Ordinal) + 1;
        return commit == 0 || build.Length - commit <= CommitLetters ? build : build[..(commit + CommitLetters)];
    }

    private static string Pending(JsonElement node)
    {
        var keys = node.GetProperty("pending").GetInt64();
        var slots = node.TryGetProperty("pendingSlots", out var value) ? value.GetInt64() : 0;
        return slots == 0 ? $"{keys}" : $"{keys} + {slots} slots";
    }

    private static void PrintMajorityLost(JsonElement cluster)
    {
        if (!cluster.TryGetProperty("majorityLost", out var lost) || lost.GetArrayLength() == 0) return;
        var names = string.Join(", ", lost.EnumerateArray().Select(name => name.GetString()));
        Console.WriteLine($"{names}: too many were lost at once, and some keys have no quorum. If they cannot return with what they held: kv recover");
    }
}
