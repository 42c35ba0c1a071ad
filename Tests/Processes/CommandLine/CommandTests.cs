
namespace Orleans.Kv.Tests.Processes.CommandLine;

/// <summary>The other commands, against one running cluster.</summary>
[Collection(ProcessTests.Name)]
public class CommandTests
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Commands_AgainstARunningCluster_DoWhatTheySay()
    {
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            await KeysAreSetTestedReadAndDeleted(cluster);
            await SilosAreKilledStartedAndStopped(cluster);
            await WhatCannotBeDoneIsRefused(cluster);
        });
    }

    [Fact]
    public async Task Command_WithoutACluster_IsOneSentenceAndAFailure()
    {
        using var folder = new Folder();
        foreach (var command in new string[][] { ["get", "k"], ["set", "k", "1"], ["status"], ["silo", "kill", "silo-1"] })
        {
            var (code, output, errors) = await Program.Run(Programs.CommandLine, [.. command, "--dir", folder.Path]);
            Assert.True(code != 0, $"kv {string.Join(' ', command)} ended with 0 and said {output}");
            Assert.True(errors.Trim().Split('\n').Length == 1, $"Expected one line of kv {string.Join(' ', command)}, got: {errors}");
            Assert.DoesNotContain("Exception", errors, StringComparison.Ordinal);
        }
    }

    private static async Task KeysAreSetTestedReadAndDeleted(LocalCluster cluster)
    {
        await Says(cluster, 0, "created, version 1", "set", "greeting", "hello");
        await Says(cluster, 0, "\"hello\"", "get", "greeting");
        await Says(cluster, 0, "replaced, version 2", "set", "greeting", """{"a": [1, 2.50]}""");
        await Says(cluster, 0, """{"a": [1, 2.50]}""", "get", "greeting");
        await Says(cluster, 1, "not swapped", "testset", "greeting", "hello", "5");
        await Says(cluster, 0, "swapped, version 3", "testset", "greeting", """{"a":[1,2.5]}""", "5");
        await Says(cluster, 0, "5", "get", "greeting");
        await Says(cluster, 0, "deleted", "del", "greeting");
        await Says(cluster, 1, "", "get", "greeting");
        await Says(cluster, 0, "swapped", "testset", "greeting", "null", "6");
        foreach (var silo in LocalCluster.Silos)
            await Says(cluster, 0, silo, "status");
    }

    private static async Task SilosAreKilledStartedAndStopped(LocalCluster cluster)
    {
        await Says(cluster, 2, "", "silo", "kill", "silo-9");
        var killed = cluster.Pid("silo-2");
        await Says(cluster, 0, "killed", "silo", "kill", "silo-2");
        Assert.False(Signals.IsAlive(killed));
        await Says(cluster, 3, "", "silo", "stop", "silo-2");
        await Says(cluster, 0, "6", "get", "greeting");
        await Says(cluster, 0, "started", "silo", "start", "silo-2");
        Assert.NotEqual(killed, cluster.Pid("silo-2"));
        Assert.True(Signals.IsAlive(cluster.Pid("silo-2")));
        await Says(cluster, 3, "", "silo", "start", "silo-2");

        // The restarted memory silo is a new node, which takes the place of its forerunner.
        await Wait.Until("silo-2 is shown as alive again", Settling, async () =>
        {
            var (code, output, errors) = await cluster.Kv("status");
            return code == 0 && output.Split('\n').Any(line => line.Contains("silo-2", StringComparison.Ordinal) && !line.Contains("dead", StringComparison.Ordinal))
                ? null
                : output + errors;
        });
        await Says(cluster, 0, "6", "get", "greeting");
        var restarted = cluster.Pid("silo-2");
        await Says(cluster, 0, "stopped", "silo", "stop", "silo-2");
        Assert.False(Signals.IsAlive(restarted));
        await Says(cluster, 0, "6", "get", "greeting");
    }

    private static async Task WhatCannotBeDoneIsRefused(LocalCluster cluster)
    {
        await Complains(cluster, 2, "silo-77", "silo", "stop", "silo-77");
        await Complains(cluster, 2, "cannot name a silo", "silo", "add", "../silo");
        await Complains(cluster, 2, "cannot name a silo", "silo", "add", "api");
        await Complains(cluster, 3, "kv silo start silo-1", "silo", "add", "silo-1");
        await Complains(cluster, 1, "no-such-node", "silo", "drain", "silo-77");
        await Complains(cluster, 1, "no-such-node", "issynch", "silo-77");
    }

    private static async Task Complains(LocalCluster cluster, int expectedCode, string about, params string[] command)
    {
        var (code, output, errors) = await cluster.Kv(command);
        Assert.True(
            code == expectedCode && errors.Contains(about, StringComparison.Ordinal) && errors.Trim().Split('\n').Length == 1,
            $"kv {string.Join(' ', command)}: expected exit code {expectedCode} and one line about '{about}'; got {code}, '{output.Trim()}', '{errors.Trim()}'");
    }

    private static async Task Says(LocalCluster cluster, int expectedCode, string expected, params string[] command)
    {
        var (code, output, errors) = await cluster.Kv(command);
        Assert.True(
            code == expectedCode && output.Contains(expected, StringComparison.Ordinal),
            $"kv {string.Join(' ', command)}: expected exit code {expectedCode} and '{expected}'; got {code}, '{output.Trim()}', '{errors.Trim()}'");
        Assert.DoesNotContain("Exception", errors, StringComparison.Ordinal);
    }
}
