using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

// From the first request to the last.
internal sealed partial class Activation
{
    private readonly TaskCompletionSource _deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ActivationState _state;
    private AsyncServiceScope? _scope;
    private GrainLifecycle? _lifecycle;
    private DeactivationReason? _wanted;
    private Exception? _failure;
    private bool _isRegistered;

    public ActivationState State => _state;

    public Task Deactivated => _deactivated.Task;

    public IServiceProvider ActivationServices => _scope?.ServiceProvider ?? _services.Services;

    public IGrainLifecycle ObservableLifecycle => _lifecycle ??= new GrainLifecycle(_services.Log);

    /// <summary>Set for an activation that is one of several workers.</summary>
    public StatelessWorkers? Workers { get; init; }

    public void Activate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken = default) =>
        _scheduler.QueueAction(() => _ = ActivateAsync(requestContext));

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default) =>
        _scheduler.QueueAction(() => BeginDeactivation(deactivationReason));

    /// <summary>Spares the activation from idle collection.</summary>
    public void DelayDeactivation(TimeSpan time)
    {
        var until = time == Timeout.InfiniteTimeSpan || time == TimeSpan.MaxValue
            ? long.MaxValue
            : time <= TimeSpan.Zero ? 0 : Environment.TickCount64 + (long)time.TotalMilliseconds;
        Volatile.Write(ref _keepUntil, until);
    }

    private async Task ActivateAsync(Dictionary<string, object>? requestContext)
    {
        RequestContext.Restore(requestContext, Guid.Empty);
        try
        {
            if (Class.Placement.IsUsingGrainDirectory)
            {
                var registered = await _services.Directory.Register(Address);
                if (!registered.Matches(Address))
                {
                    // Another silo was faster: what waits here belongs there.
                    LogDuplicate(_services.Log, GrainId, registered.SiloAddress);
                    await Vanish(new DeactivationReason(DeactivationReasonCode.DuplicateActivation, "Another activation was registered first."));
                    return;
                }

                _isRegistered = true;
            }

            _scope = _services.Services.CreateAsyncScope();
            GrainInstance = Class.Create(_scope.Value.ServiceProvider);
            (GrainInstance as ILifecycleParticipant<IGrainLifecycle>)?.Participate(ObservableLifecycle);
            using var timeout = new CancellationTokenSource(_services.Collection.ActivationTimeout, _services.Time);
            if (_lifecycle is not null)
            {
                await _lifecycle.OnStart(timeout.Token);
            }

            if (GrainInstance is IGrainBase grain)
            {
                await grain.OnActivateAsync(timeout.Token).WaitAsync(timeout.Token);
            }
        }
        catch (Exception exception)
        {
            LogActivationFailed(_services.Log, GrainId, exception);
            _failure = exception;
            await Vanish(new DeactivationReason(DeactivationReasonCode.ActivationFailed, exception, "The activation failed."));
            return;
        }

        _state = ActivationState.Valid;
        StartWaiting();
        if (_wanted is { } reason)
        {
            BeginDeactivation(reason);
        }
    }

    private void BeginDeactivation(DeactivationReason reason)
    {
        _wanted ??= reason;
        if (_state == ActivationState.Valid)
        {
            _state = ActivationState.Draining;
            if (_running.Count == 0)
            {
                OnDrained();
            }
            else
            {
                _ = DrainAtMost(_services.Collection.DeactivationTimeout);
            }
        }
    }

    private async Task DrainAtMost(TimeSpan limit)
    {
        await Task.Delay(limit, _services.Time);
        if (_state == ActivationState.Draining)
        {
            LogDrainTimedOut(_services.Log, GrainId, _running.Count);
            OnDrained();
        }
    }

    private void OnDrained()
    {
        _state = ActivationState.Deactivating;
        StopTimers();
        _ = DeactivateAsync();
    }

    private async Task DeactivateAsync()
    {
        var reason = _wanted!.Value;
        using var timeout = new CancellationTokenSource(_services.Collection.DeactivationTimeout, _services.Time);
        try
        {
            if (GrainInstance is IGrainBase grain)
            {
                await grain.OnDeactivateAsync(reason, timeout.Token).WaitAsync(timeout.Token);
            }
        }
        catch (Exception exception)
        {
            LogDeactivationFailed(_services.Log, GrainId, exception);
        }

        if (_lifecycle is not null)
        {
            await _lifecycle.OnStop(timeout.Token);
        }

        await Vanish(reason);
    }

    private async Task Vanish(DeactivationReason reason)
    {
        _wanted ??= reason;
        try
        {
            if (_isRegistered)
            {
                await _services.Directory.Unregister(Address);
            }

            await DisposeInstance();
        }
        catch (Exception exception)
        {
            LogDeactivationFailed(_services.Log, GrainId, exception);
        }

        StopTimers();
        _state = ActivationState.Gone;
        _services.OnGone(this);
        foreach (var turn in TakeWaiting())
        {
            TurnAway(turn);
        }

        _deactivated.TrySetResult();
    }

    /// <summary>
    /// The activation is gone. Whoever met one that could not be activated gets to know why; everybody else meets the next one.
    /// </summary>
    private void TurnAway(Turn turn)
    {
        Leave(turn);
        if (_failure is not null)
        {
            turn.Fail(_failure);
        }
        else
        {
            _services.Reroute(turn);
        }
    }

    private async Task DisposeInstance()
    {
        switch (GrainInstance)
        {
            case IAsyncDisposable asynchronous:
                await asynchronous.DisposeAsync();
                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }

        if (_scope is { } scope)
        {
            await scope.DisposeAsync();
        }
    }

    private Turn[] TakeWaiting()
    {
        Turn[] waiting = [.. _waiting];
        _waiting.Clear();
        _jumpers = 0;
        return waiting;
    }

    [LoggerMessage(EventId = 3001, Level = LogLevel.Error, Message = "The activation of {Grain} failed.")]
    private static partial void LogActivationFailed(ILogger logger, GrainId grain, Exception exception);

    [LoggerMessage(EventId = 3002, Level = LogLevel.Warning, Message = "The deactivation of {Grain} failed.")]
    private static partial void LogDeactivationFailed(ILogger logger, GrainId grain, Exception exception);

    [LoggerMessage(EventId = 3003, Level = LogLevel.Error, Message = "A turn of {Grain} threw outside of grain code.")]
    private static partial void LogTurnFailed(ILogger logger, GrainId grain, Exception exception);

    [LoggerMessage(EventId = 3004, Level = LogLevel.Debug, Message = "{Grain} is active at {Silo} already.")]
    private static partial void LogDuplicate(ILogger logger, GrainId grain, SiloAddress? silo);

    [LoggerMessage(EventId = 3005, Level = LogLevel.Warning, Message = "{Grain} deactivates with {Count} requests still running.")]
    private static partial void LogDrainTimedOut(ILogger logger, GrainId grain, int count);
}
