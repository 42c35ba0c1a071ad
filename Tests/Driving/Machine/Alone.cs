using Orleans.Kv.Tests.Checking.Machine;

namespace Orleans.Kv.Tests.Driving.Machine;

/// <summary>For a collection of tests that runs while no other heavy suite does.</summary>
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
