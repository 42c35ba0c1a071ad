using System.Collections;
using System.Net;
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
    [InlineData("--address", "127.0.0.2")]
    [InlineData("--address", "10.0.0.1", "--insecure")]
    [InlineData("--address", "10.0.0.1", "--tokens", "tokens", "--cluster-certificate", "c", "--cluster-key", "k", "--cluster-authority", "a")]
    public void Metrics_AreShownOnLoopback_OrToBearersOfTokens_OrWhereItIsSaidToBeInsecure(params string[] arguments)
    {
        Assert.Equal((9090, null), (CommandLine.Parse(["--metrics-port", "9090", .. arguments]).Options?.MetricsPort, CommandLine.Parse(["--metrics-port", "9090", .. arguments]).Error));
    }

    [Fact]
    public void Address_MayBeAHostName()
    {
        Assert.Equal(IPAddress.Loopback, CommandLine.Parse(["--address", "localhost"]).Options!.Address);
    }

    [Theory]
    [InlineData("--name")]
    [InlineData("--silo-port", "5", "--gateway-port", "5")]
    [InlineData("--address", "not a host")]
    [InlineData("--log-level", "Loud")]
    [InlineData("--batches-in-flight", "0")]
    [InlineData("--tokens", " ")]
    [InlineData("--https-certificate", "a.pem")]
    [InlineData("--metrics-port", "9090", "--address", "10.0.0.1", "--cluster-certificate", "c", "--cluster-key", "k", "--cluster-authority", "a")]
    [InlineData("--postgres-file", "/no/such/file")]
    [InlineData("--cluster-id", "a b", "--service-id", "c")]
    public void Fault_IsRefused(params string[] arguments)
    {
        var (options, error) = CommandLine.Parse(arguments);
        Assert.Null(options);
        Assert.Contains(arguments[0], error, StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_AreOptionsThatTheCommandLineOverrules()
    {
        var environment = new Hashtable
        {
            ["KV_NAME"] = "silo-9", ["KV_SILO_PORT"] = "1300", ["KV_FORMATION_SIZE"] = "5", ["KV_EXIT_WITH_PARENT"] = "true", ["KV_STORAGE"] = "", ["KV_SPEED"] = "11", ["NAME"] = "other",
        };

        var options = CommandLine.Parse(["--formation-size=7"], environment).Options!;

        Assert.Equal(("silo-9", 1300, 7, true, "memory"), (options.Name, options.SiloPort, options.FormationSize, options.ExitWithParent, options.Storage));
    }

    [Theory]
    [InlineData("KV_SILO_PORT", "tcp://10.0.0.1:80")]
    [InlineData("KV_EXIT_WITH_PARENT", "yes")]
    [InlineData("KV_ADDRESS", "not a host")]
    [InlineData("KV_POSTGRES", "Passphrase=x")]
    public void FaultyVariable_IsNamed(string variable, string value)
    {
        var (options, error) = CommandLine.Parse([], new Hashtable { [variable] = value });
        Assert.Null(options);
        Assert.Contains(variable, error, StringComparison.Ordinal);
    }

    [Fact]
    public void FaultyVariable_OfAnOptionOnTheCommandLine_DoesNotMatter()
    {
        Assert.NotNull(CommandLine.Parse(["--silo-port", "1300"], new Hashtable { ["KV_SILO_PORT"] = "tcp://10.0.0.1:80" }).Options);
    }
}
