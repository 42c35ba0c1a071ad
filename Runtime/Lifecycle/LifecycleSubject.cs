using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans;

/// <summary>
/// Starts observers stage by stage, those of one stage together; stops what was started in the reverse order. A failing start ends
/// the start; a failing stop is logged and the next stage stops all the same.
/// </summary>
internal partial class LifecycleSubject(ILogger logger) : ILifecycleSubject
{
    private readonly Lock _gate = new();
    private ImmutableList<Subscription> _subscriptions = [];
    private int? _highest;

    public int HighestCompletedStage { get; private set; } = int.MinValue;

    public int LowestStoppedStage { get; private set; } = int.MaxValue;

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var subscription = new Subscription(this, observerName, stage, observer);
        lock (_gate)
        {
            if (_highest is not null)
            {
                throw new InvalidOperationException($"The lifecycle has started: '{observerName}' is too late.");
            }

            _subscriptions = _subscriptions.Add(subscription);
        }

        return subscription;
    }

    public async Task OnStart(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_highest is not null)
            {
                throw new InvalidOperationException("The lifecycle has already started.");
            }

            _highest = int.MinValue;
        }

        foreach (var stage in Stages())
        {
            if (cancellationToken.IsCancellationRequested)
            {
                throw new OrleansLifecycleCanceledException($"The start was cancelled before stage {stage.Key}.");
            }

            // Marked before it runs: what has half started must be stopped too.
            _highest = stage.Key;
            try
            {
                await Task.WhenAll(stage.Select(subscription => Start(subscription, cancellationToken)));
            }
            catch (Exception exception)
            {
                LogStartFailed(logger, stage.Key, exception);
                throw;
            }

            HighestCompletedStage = stage.Key;
        }
    }

    public async Task OnStop(CancellationToken cancellationToken = default)
    {
        if (_highest is not { } highest)
        {
            return;
        }

        foreach (var stage in Enumerable.Reverse(Stages()).Where(stage => stage.Key <= highest))
        {
            try
            {
                await Task.WhenAll(stage.Select(subscription => Stop(subscription, cancellationToken)));
            }
            catch (Exception exception)
            {
                LogStopFailed(logger, stage.Key, exception);
            }

            LowestStoppedStage = stage.Key;
        }
    }

    // Run from the pool, so that an observer that works synchronously does not hold up its neighbours.
    private static Task Start(Subscription subscription, CancellationToken cancellation) =>
        Task.Run(() => subscription.Observer.OnStart(cancellation), CancellationToken.None);

    private static Task Stop(Subscription subscription, CancellationToken cancellation) =>
        Task.Run(() => subscription.Observer.OnStop(cancellation), CancellationToken.None);

    [LoggerMessage(EventId = 1001, Level = LogLevel.Error, Message = "Lifecycle stage {Stage} failed to start.")]
    private static partial void LogStartFailed(ILogger logger, int stage, Exception exception);

    [LoggerMessage(EventId = 1002, Level = LogLevel.Error, Message = "Lifecycle stage {Stage} failed to stop; going on.")]
    private static partial void LogStopFailed(ILogger logger, int stage, Exception exception);

    private List<IGrouping<int, Subscription>> Stages() =>
        [.. _subscriptions.GroupBy(subscription => subscription.Stage).OrderBy(group => group.Key)];

    private void Remove(Subscription subscription)
    {
        lock (_gate)
        {
            _subscriptions = _subscriptions.Remove(subscription);
        }
    }

    private sealed class Subscription(LifecycleSubject owner, string name, int stage, ILifecycleObserver observer) : IDisposable
    {
        public int Stage => stage;

        public ILifecycleObserver Observer => observer;

        public void Dispose() => owner.Remove(this);

        public override string ToString() => name;
    }
}
