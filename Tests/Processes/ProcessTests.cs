using Orleans.Kv.Tests.Checking.Machine;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Orleans.Kv.Tests.Processes;

/// <summary>
/// All tests of this assembly: each runs a whole cluster and promises times, so they run one after another and while no other
/// heavy suite does.
/// </summary>
[CollectionDefinition(Name)]
public sealed class ProcessTests : ICollectionFixture<ProcessTests.Alone>
{
    public const string Name = "processes";

    public sealed class Alone : IAsyncLifetime
    {
        private MachineLock? _lock;

        public async Task InitializeAsync() => _lock = await MachineLock.Take();

        public Task DisposeAsync()
        {
            _lock?.Dispose();
            return Task.CompletedTask;
        }
    }
}
