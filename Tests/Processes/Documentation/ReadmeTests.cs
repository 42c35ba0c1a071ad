using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Orleans.Kv.Tests.Processes.Documentation;

/// <summary>
/// What the README shows is what happens: each command of its console blocks is run against a fresh cluster, in order, and prints what stands below it.
/// </summary>
[Collection(ProcessTests.Name)]
public partial class ReadmeTests
{
    private const string Prompt = "$ ";
    private const string DocumentedPort = ":8080";
    private const string DocumentedFtpPort = ":2121";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Readme_EveryCommandItShows_PrintsWhatItShows()
    {
        var steps = Steps(await File.ReadAllLinesAsync(Path.Combine(Programs.Repository, "README.md")));
        Assert.True(steps.Count >= 10, $"Expected the README to show at least ten commands in console blocks, found {steps.Count}.");
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            foreach (var (command, shown) in steps)
            {
                var printed = await Run(command, cluster);
                Assert.True(
                    Constant(printed) == Constant(shown),
                    $"The README's '{command}'\nshows   {Constant(shown)}\nprinted {Constant(printed)}");
            }
        });
    }

    private static List<(string Command, string Shown)> Steps(IEnumerable<string> lines)
    {
        var steps = new List<(string Command, string Shown)>();
        var inside = false;
        foreach (var line in lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
                inside = line == "```console";
            else if (inside && line.StartsWith(Prompt, StringComparison.Ordinal))
                steps.Add((line[Prompt.Length..], ""));
            else if (inside)
                steps[^1] = (steps[^1].Command, $"{steps[^1].Shown}\n{line}".Trim());
        }

        return steps;
    }

    private static async Task<string> Run(string command, LocalCluster cluster)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        var port = $":{cluster.Url.Port.ToString(CultureInfo.InvariantCulture)}";
        var ftpPort = $":{cluster.Ftp.Port.ToString(CultureInfo.InvariantCulture)}";
        var here = command.Replace(DocumentedPort, port, StringComparison.Ordinal).Replace(DocumentedFtpPort, ftpPort, StringComparison.Ordinal);
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($$"""kv() { dotnet '{{Programs.CommandLine}}' "$@" --dir '{{cluster.Directory}}'; }; {{here}}""");
        using var process = Process.Start(start) ?? throw new InvalidOperationException("bash does not start.");
        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var errors = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        Assert.True(process.ExitCode == 0, $"The README's '{command}' ended with {process.ExitCode}: {await errors}");
        return (await output).Trim();
    }

    /// <summary>Without what differs from run to run: times and process ids.</summary>
    private static string Constant(string text) => ProcessId().Replace(Time().Replace(text, "<time>"), "(process <id>)");

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")]
    private static partial Regex Time();

    [GeneratedRegex(@"\(process \d+\)")]
    private static partial Regex ProcessId();
}
