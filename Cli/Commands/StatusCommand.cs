using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Orleans.Kv.Cli.Local;
using Spectre.Console;

namespace Orleans.Kv.Cli.Commands;

/// <summary><c>kv status</c>: the cluster as its silos see it, with the process behind each local silo.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var dir = CommonOptions.Dir();
        var url = CommonOptions.Url();
        var json = new Option<bool>("--json") { Description = "Print the API host's own answer." };
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
        AnsiConsole.WriteLine($"epoch {cluster.GetProperty("epoch").GetInt64()}, mode {cluster.GetProperty("mode").GetString()}");
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("silo", "state", "keys", "pending", "process");
        foreach (var node in cluster.GetProperty("nodes").EnumerateArray())
        {
            var name = node.GetProperty("name").GetString()!;
            table.AddRow(
                Markup.Escape(name == leader ? name + " (leader)" : name),
                Markup.Escape(node.GetProperty("state").GetString()!),
                node.GetProperty("keys").ToString() is { Length: > 0 } keys ? keys : "?",
                node.GetProperty("pending").ToString(),
                local?.LivePid(name)?.ToString(CultureInfo.InvariantCulture) ?? "-");
        }

        AnsiConsole.Write(table);
    }
}
