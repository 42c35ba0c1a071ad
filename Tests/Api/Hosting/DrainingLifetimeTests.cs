using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Kv.Api.Health;
using Orleans.Kv.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Hosting;

public sealed class DrainingLifetimeTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly Draining _draining = new();
    private readonly Application _application = new();

    public void Dispose() => _application.Dispose();

    [Fact]
    public void FirstSignal_DrainsForAsLongAsItIsToldTo()
    {
        using var lifetime = Lifetime(seconds: 5);
        lifetime.Stop();
        Assert.True(_draining.IsOn);
        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(_application.IsStopped);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.True(_application.Stopped.Wait(TimeSpan.FromSeconds(30)), "expected the host to be stopped after the time to drain");
    }

    [Fact]
    public void SecondSignal_StopsAtOnce()
    {
        using var lifetime = Lifetime(seconds: 5);
        lifetime.Stop();
        lifetime.Stop();
        Assert.True(_application.IsStopped);
    }

    [Fact]
    public void WithoutABalancer_TheFirstSignalStops()
    {
        using var lifetime = Lifetime(seconds: 0);
        lifetime.Stop();
        Assert.True(_application.IsStopped);
    }

    private DrainingLifetime Lifetime(int seconds) =>
        new(new ApiOptions { DrainSeconds = seconds }, _draining, _application, _time, NullLogger<DrainingLifetime>.Instance);

    private sealed class Application : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public ManualResetEventSlim Stopped { get; } = new();

        public bool IsStopped => Stopped.IsSet;

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication()
        {
            _stopping.Cancel();
            Stopped.Set();
        }

        public void Dispose()
        {
            _stopping.Dispose();
            Stopped.Dispose();
        }
    }
}
