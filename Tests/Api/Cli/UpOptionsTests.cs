using Orleans.Kv.Cli;
using Orleans.Kv.Cli.Local;

namespace Orleans.Kv.Tests.Api.Cli;

/// <summary>What <c>kv up</c> makes of its options: ports, and the command lines of silos and API host.</summary>
public sealed class UpOptionsTests : IDisposable
{
    private static readonly int[] Free = [.. Enumerable.Range(21_000, 12)];

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Plain_NothingIsSaidOfWhatNobodyAskedFor()
    {
        var cluster = Place(Options());

        Assert.Equal(["silo-1", "silo-2"], cluster.Silos.Select(silo => silo.Name));
        Assert.All(cluster.Silos, silo => Assert.Null(silo.Metrics));
        foreach (var option in new[] { "--metrics-port", "--orleans-dashboard", "--postgres-file", "--cluster-id", "--tokens", "--cluster-certificate" })
        {
            Assert.DoesNotContain(option, OfSilo(cluster));
            Assert.DoesNotContain(option, OfApi(cluster));
        }
    }

    [Fact]
    public void Metrics_EachSiloHasAPortOfItsOwn()
    {
        var cluster = Place(Options() with { Metrics = true });

        var ports = cluster.Silos.SelectMany(silo => new[] { silo.SiloPort, silo.GatewayPort, silo.MetricsPort!.Value }).Append(new Uri(cluster.Ftp!).Port).ToList();
        Assert.Equal(ports.Count, ports.Distinct().Count());
        Assert.Equal($"http://127.0.0.1:{cluster.Silos[0].MetricsPort}/metrics", cluster.Silos[0].Metrics);
        Assert.Equal($"{cluster.Silos[0].MetricsPort}", After("--metrics-port", OfSilo(cluster)));
        Assert.DoesNotContain("--metrics-port", OfApi(cluster));
    }

    [Fact]
    public void OrleansDashboard_IsForSilosAndApiHost()
    {
        var cluster = Place(Options() with { OrleansDashboard = true });

        Assert.Contains("--orleans-dashboard", OfSilo(cluster));
        Assert.Contains("--orleans-dashboard", OfApi(cluster));
        Assert.Equal("http://127.0.0.1:8080/orleans/", cluster.Orleans);
    }

    [Fact]
    public void PostgresFile_IsForAll_AndEachStartIsAClusterOfItsOwn()
    {
        var file = _folder.File("postgres");
        File.WriteAllText(file, "Host=db");
        var options = Options() with { PostgresFile = file };
        options.Check();
        var (first, second) = (Place(options), Place(options));

        Assert.Equal((file, file), (After("--postgres-file", OfSilo(first)), After("--postgres-file", OfApi(first))));
        Assert.Equal((first.ClusterId, first.ClusterId), (After("--cluster-id", OfSilo(first)), After("--cluster-id", OfApi(first))));
        Assert.NotEqual(first.ClusterId, second.ClusterId);
    }

    [Theory]
    [InlineData("KV_POSTGRES")]
    [InlineData("KV_POSTGRES_FILE")]
    public void ADatabaseOfTheEnvironment_IsNotTakenForTheClusterThatIsInIt(string variable)
    {
        var cluster = Options().Place(Free, name => name == variable ? "set" : null, TimeProvider.System);

        Assert.StartsWith("up-", After("--cluster-id", OfSilo(cluster)), StringComparison.Ordinal);
        Assert.StartsWith("up-", After("--cluster-id", OfApi(cluster)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--tokens")]
    [InlineData("--postgres-file")]
    public void AFileThatIsNotThere_IsWrongUsage_AndNamed(string option)
    {
        var absent = _folder.File("absent");
        var options = option == "--tokens" ? Options() with { Tokens = absent } : Options() with { PostgresFile = absent };

        var fault = Assert.Throws<CliException>(options.Check);
        Assert.Equal(ExitCodes.Usage, fault.ExitCode);
        Assert.StartsWith($"{option} {absent} cannot be read", fault.Message, StringComparison.Ordinal);
    }

    private UpOptions Options() => new() { Silos = 2, Port = 8080, Dir = _folder.FullPath, Storage = "memory" };

    private static Endpoints Place(UpOptions options) => options.Place(Free, static _ => null, TimeProvider.System);

    private List<string> OfSilo(Endpoints cluster) => [.. ProcessArguments.OfSilo(cluster.Silos[0], cluster, new ClusterDirectory(_folder.FullPath), 2)];

    private List<string> OfApi(Endpoints cluster) => [.. ProcessArguments.OfApi(cluster, new ClusterDirectory(_folder.FullPath))];

    private static string After(string option, List<string> arguments) => arguments[arguments.IndexOf(option) + 1];
}
