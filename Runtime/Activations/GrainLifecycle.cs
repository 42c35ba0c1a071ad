using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

/// <summary>The stages of one activation: in the grain's own turns, one observer after the other.</summary>
internal sealed partial class GrainLifecycle(ILogger log) : IGrainLifecycle
{
    private readonly List<Subscription> _subscriptions = [];
    private int _started;

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        var subscription = new Subscription(_subscriptions, stage, observer);
        _subscriptions.Add(subscription);
        return subscription;
    }

    public async Task OnStart(CancellationToken cancellation)
    {
        foreach (var subscription in _subscriptions.OrderBy(subscription => subscription.Stage).ToList())
        {
            _started++;
            await subscription.Observer.OnStart(cancellation);
        }
    }

    public async Task OnStop(CancellationToken cancellation)
    {
        foreach (var subscription in Enumerable.Reverse(_subscriptions.OrderBy(subscription => subscription.Stage).Take(_started).ToList()))
        {
            try
            {
                await subscription.Observer.OnStop(cancellation);
            }
            catch (Exception exception)
            {
                LogStopFailed(log, subscription.Stage, exception);
            }
        }
    }

    [LoggerMessage(EventId = 3010, Level = LogLevel.Warning, Message = "A grain's lifecycle observer failed to stop at stage {Stage}.")]
    private static partial void LogStopFailed(ILogger logger, int stage, Exception exception);

    private sealed class Subscription(List<Subscription> owner, int stage, ILifecycleObserver observer) : IDisposable
    {
        public int Stage => stage;

        public ILifecycleObserver Observer => observer;

        public void Dispose() => owner.Remove(this);
    }
}
