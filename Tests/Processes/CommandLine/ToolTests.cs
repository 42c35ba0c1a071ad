using System.Globalization;
using Orleans.Kv.Tests.Checking.Machine;
using Orleans.Kv.Tests.Driving.Hosts;

namespace Orleans.Kv.Tests.Processes.CommandLine;

/// <summary>
/// <c>kv</c> as a tool of .NET, packed and installed as <c>docs/cli.md</c> has it: from what the build of these tests has left, and into a folder, so that no user's own tool is replaced.
/// </summary>
[Collection(ProcessTests.Name)]
public class ToolTests
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task PackedAndInstalled_ItBringsTheProgramsOfAWholeCluster()
    {
        using var folder = new Folder();
        var (packages, tools) = (folder.File("packages"), folder.File("tools"));
        await Succeeds("pack", [Path.Combine(Programs.Repository, "Cli"), "-c", Configuration, $"-p:UseOrleansPackages={IsOnOrleansPackages}", "--no-build", "-o", packages]);
        // Nothing but the package: a tool that needed a registry could not be installed where there is none.
        var sources = folder.File("nuget.config");
        await File.WriteAllTextAsync(sources, $"""<configuration><packageSources><clear /><add key="packed" value="{packages}" /></packageSources></configuration>""");
        await Succeeds("tool", ["install", "Orleans.Kv.Cli", "--tool-path", tools, "--configfile", sources]);

        var kv = Path.Combine(tools, "kv");
        var directory = folder.File("cluster");
        await using var up = Program.Start(Programs.Command(kv, "up", "--port", Ports.Free().ToString(CultureInfo.InvariantCulture), "--dir", directory));
        await up.Line("ready:", LocalCluster.StartPatience);
        Assert.Equal("created, version 1", (await Command.Run(kv, "set", "tool", "1", "--dir", directory)).Trim());
        Assert.Equal("1", (await Command.Run(kv, "get", "tool", "--dir", directory)).Trim());
        Signals.Interrupt(up.Id);
        await up.Exited(EndPatience);
        Assert.Equal(0, up.ExitCode);
    }

    // bin/Release/net10.0, with a folder more in front where the build is on Orleans' packages.
    private static string[] Output => Path.GetRelativePath(Path.Combine(Programs.Repository, "Cli"), Programs.OutputOf("Cli")).TrimEnd('/').Split('/');

    private static string Configuration => Output[^2];

    private static bool IsOnOrleansPackages => Output.Length > 3;

    private static async Task Succeeds(string command, string[] arguments)
    {
        var (code, output, errors) = await Program.Run(command, arguments);
        Assert.True(code == 0, $"dotnet {command} ended with {code}: {output}\n{errors}");
    }
}
