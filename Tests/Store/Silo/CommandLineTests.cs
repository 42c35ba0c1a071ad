using Orleans.Kv.Silo.Hosting;

namespace Orleans.Kv.Tests.Store.Silo;

public sealed class CommandLineTests
{
    [Fact]
    public void Options_AreReadInBothSpellings()
    {
        var options = CommandLine.Parse(["--name", "silo-7", "--directory=/tmp/x", "--silo-port", "1200", "--gateway-port=1201", "--formation-size", "1", "--exit-with-parent"]).Options!;

        Assert.Equal(("silo-7", "/tmp/x", 1200, 1201, 1, true), (options.Name, options.Directory, options.SiloPort, options.GatewayPort, options.FormationSize, options.ExitWithParent));
        Assert.Equal(Path.Combine("/tmp/x", "cluster.json"), options.ClusterFile);
    }

    [Fact]
    public void NoOptions_AreTheDefaults()
    {
        var options = CommandLine.Parse([]).Options!;
        Assert.Equal((".kv", "memory", 3, false), (options.Directory, options.Storage, options.FormationSize, options.ExitWithParent));
    }

    [Fact]
    public void EveryFault_IsNamedInOneSentence()
    {
        var (options, error) = CommandLine.Parse(["--nmae", "x", "--silo-port", "seven", "--gateway-port", "70000", "--formation-size", "0", "--storage", "tape", "--name", "a b"]);

        Assert.Null(options);
        foreach (var part in new[] { "--nmae", "--silo-port seven", "--gateway-port must", "--formation-size must", "--storage tape", "--name must" })
            Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error!);
    }

    [Theory]
    [InlineData("--name")]
    [InlineData("--silo-port", "5", "--gateway-port", "5")]
    [InlineData("--address", "here")]
    [InlineData("--log-level", "Loud")]
    [InlineData("--batches-in-flight", "0")]
    public void Fault_IsRefused(params string[] arguments)
    {
        var (options, error) = CommandLine.Parse(arguments);
        Assert.Null(options);
        Assert.Contains(arguments[0], error, StringComparison.Ordinal);
    }
}
