using Orleans.Configuration;
using Orleans.Kv.Tests.Driving.Clusters;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Orleans.Kv.Tests.Database;

/// <summary>One PostgreSQL for all tests of this assembly, which run one after another. Each has clusters of its own in it, told apart by their names.</summary>
[CollectionDefinition(Name)]
public sealed class DatabaseTests : ICollectionFixture<DatabaseTests.Fixture>
{
    public const string Name = "database";

    public sealed class Fixture : IAsyncLifetime
    {
        private PostgresServer? _server;
        private int _clusters;

        public PostgresServer Server => _server ?? throw new InvalidOperationException(PostgresFactAttribute.Missing);

        public string ConnectionString => PostgresConnection.Complete(Server.ConnectionString);

        public string NewCluster() => $"cluster-{Interlocked.Increment(ref _clusters)}";

        public PostgresMembershipTable Table(string cluster) => new(ConnectionString, new ClusterOptions { ClusterId = cluster, ServiceId = cluster });

        public PostgresMapAuthority Authority(string cluster) => new(ConnectionString, cluster);

        public async Task InitializeAsync()
        {
            if (PostgresFactAttribute.Missing is null) _server = await PostgresServer.Start();
        }

        public async Task DisposeAsync()
        {
            if (_server is not null) await _server.DisposeAsync();
        }
    }
}
