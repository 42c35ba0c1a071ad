
namespace Orleans.Kv.Tests.Processes.CommandLine;

/// <summary>
/// The available mode as its user meets it: two silos of three stop answering, and the third one takes a write that it has merged when they are back. Paused processes are links that
/// swallow what is sent over them: nothing is refused, nothing is answered. What two sides write at once is for the tests with a network to cut.
/// </summary>
[Collection(ProcessTests.Name)]
public class AvailableModeTests
{
    private static readonly TimeSpan Noticing = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Merging = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task AvailableMode_TakesAWriteWithoutAQuorum_SaysSo_AndMergesIt()
    {
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            Assert.Equal("CP", (await Kv(cluster, "conf")).Output);
            Assert.Equal((0, "AP", ""), await Kv(cluster, "conf", "ap"));
            // An API host that has just started may not have met every silo yet, and says so.
            await Until(cluster, "every silo is heard to be in AP", Merging, result => (result.Code, result.Output, result.Errors) == (0, "AP", ""), "conf");
            Assert.Equal((0, "no conflicts", ""), await Kv(cluster, "conflicts"));
            Assert.Equal(0, (await Kv(cluster, "set", "greeting", "hello")).Code);

            Pause(cluster, "silo-2", "silo-3");
            await OneSideAlone(cluster);
            Resume(cluster, "silo-2", "silo-3");
            await Until(cluster, "all have everything", Merging, result => result.Code == 0, "issynch");
            Assert.Equal((0, "\"here\"", ""), await Kv(cluster, "get", "greeting", "--consistency", "strong"));
            var none = await Kv(cluster, "conflicts", "delete", "Z3JlZXRpbmc.1.silo-1");
            Assert.Equal(1, none.Code);
            Assert.Contains("no-such-conflict", none.Errors, StringComparison.Ordinal);
            Assert.Equal((0, "no conflicts", ""), await Kv(cluster, "conflicts", "list"));
            Assert.Equal((0, "CP", ""), await Kv(cluster, "conf", "CP"));
        });
    }

    [Theory]
    [InlineData("conf", "CA")]
    [InlineData("conf", "3")]
    [InlineData("get", "k", "--consistency", "weak")]
    [InlineData("conflicts", "--limit", "many")]
    [InlineData("conflicts", "delete")]
    [InlineData("conflicts", "forget")]
    public async Task WrongUsage_IsExitCode2_WithoutACluster(params string[] command)
    {
        using var folder = new Folder();
        var (code, output, errors) = await Program.Run(Programs.CommandLine, [.. command, "--dir", folder.Path]);
        Assert.True(code == 2, $"kv {string.Join(' ', command)}: expected exit code 2, got {code}, '{output}', '{errors}'");
    }

    private static async Task OneSideAlone(LocalCluster cluster)
    {
        // A write that is sent before anybody has noticed may go to a silo that stands still, and be carried out there later: reads find out instead.
        await Until(cluster, "nobody claims a quorum any more", Noticing, result => result.Code == 3 && result.Errors.Contains("no-quorum", StringComparison.Ordinal), "get", "greeting", "--consistency", "strong");
        await Until(cluster, "the others are shown as partitioned", Noticing, result => result.Output.Split('\n').Count(line => line.Contains("partitioned since", StringComparison.Ordinal)) == 2, "status");
        var kept = await Kv(cluster, "set", "greeting", "here");
        Assert.True(kept.Code == 4, kept.ToString());
        Assert.Contains("not committed", kept.Output, StringComparison.Ordinal);
        var read = await Kv(cluster, "get", "greeting");
        Assert.Equal((0, "\"here\""), (read.Code, read.Output));
        Assert.Contains("stale", read.Errors, StringComparison.Ordinal);
        var strong = await Kv(cluster, "get", "greeting", "--consistency", "strong");
        Assert.Equal((3, ""), (strong.Code, strong.Output));
        Assert.Contains("no-quorum", strong.Errors, StringComparison.Ordinal);
        Assert.Equal(3, (await Kv(cluster, "testset", "greeting", "here", "5")).Code);
        var mode = await Kv(cluster, "conf", "AP");
        Assert.Equal((1, "AP"), (mode.Code, mode.Output));
        Assert.Contains("silo-2", mode.Errors, StringComparison.Ordinal);
        Assert.Contains("silo-3", mode.Errors, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Errors)> Until(
        LocalCluster cluster, string what, TimeSpan patience, Func<(int Code, string Output, string Errors), bool> condition, params string[] command)
    {
        var last = (Code: 0, Output: "", Errors: "");
        await Wait.Until(what, patience, async () =>
        {
            last = await Kv(cluster, command);
            return condition(last) ? null : $"kv {string.Join(' ', command)}: {last}";
        });
        return last;
    }

    private static async Task<(int Code, string Output, string Errors)> Kv(LocalCluster cluster, params string[] command)
    {
        var (code, output, errors) = await cluster.Kv(command);
        return (code, output.Trim(), errors.Trim());
    }

    private static void Pause(LocalCluster cluster, params string[] silos)
    {
        foreach (var silo in silos) Signals.Pause(cluster.Pid(silo));
    }

    private static void Resume(LocalCluster cluster, params string[] silos)
    {
        foreach (var silo in silos) Signals.Resume(cluster.Pid(silo));
    }
}
