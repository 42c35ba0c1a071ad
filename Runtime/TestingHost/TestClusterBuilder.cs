using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Orleans.TestingHost;

/// <summary>Describes a <see cref="TestCluster"/>.</summary>
public class TestClusterBuilder
{
    /// <summary>Two silos are the fewest between which something can go wrong.</summary>
    private const short DefaultSilos = 2;

    private static int _clusters;

    private readonly List<Action<IConfigurationBuilder>> _configureConfiguration = [];

    public TestClusterBuilder()
        : this(DefaultSilos)
    {
    }

    public TestClusterBuilder(short initialSilosCount) => Options = new TestClusterOptions
    {
        InitialSilosCount = initialSilosCount,
        ClusterId = CreateClusterId(),
        ServiceId = Guid.NewGuid().ToString("N"),
    };

    public TestClusterOptions Options { get; }

    /// <summary>Configuration that silos and clients find under these keys.</summary>
    public Dictionary<string, string?> Properties { get; } = [];

    /// <summary>A name that no other cluster of this machine has.</summary>
    public static string CreateClusterId() => string.Create(
        CultureInfo.InvariantCulture, $"testcluster-{Environment.ProcessId}-{Interlocked.Increment(ref _clusters)}");

    public TestClusterBuilder AddSiloBuilderConfigurator<T>()
        where T : new()
    {
        Require(typeof(T), typeof(ISiloConfigurator));
        Options.SiloBuilderConfiguratorTypes.Add(typeof(T).AssemblyQualifiedName);
        return this;
    }

    public TestClusterBuilder AddClientBuilderConfigurator<T>()
        where T : new()
    {
        Require(typeof(T), typeof(IClientBuilderConfigurator));
        Options.ClientBuilderConfiguratorTypes.Add(typeof(T).AssemblyQualifiedName);
        return this;
    }

    public TestClusterBuilder ConfigureHostConfiguration(Action<IConfigurationBuilder> configureDelegate)
    {
        _configureConfiguration.Add(configureDelegate);
        return this;
    }

    public TestCluster Build()
    {
        var configuration = new ConfigurationBuilder();
        configuration.AddInMemoryCollection(Properties);
        foreach (var configure in _configureConfiguration)
            configure(configuration);
        return new TestCluster(Options, [.. configuration.Sources]);
    }

    private static void Require(Type type, Type configurator)
    {
        if (!type.IsAssignableTo(configurator) && !type.IsAssignableTo(typeof(IHostConfigurator)))
            throw new ArgumentException($"{type} is neither an {configurator.Name} nor an {nameof(IHostConfigurator)}.");
    }
}
