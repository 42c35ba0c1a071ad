using Microsoft.Extensions.Logging;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>
/// One observer: its calls run one after the other. Held weakly, as Orleans does: whoever registers an observer keeps it alive.
/// </summary>
internal sealed partial class ObserverContext : IGrainContext, ITurnOwner, ITurnSink
{
    private readonly WeakReference<IGrainObserver> _observer;
    private readonly GrainReferenceActivator _references;
    private readonly ILogger _log;
    private readonly TurnScheduler _scheduler;
    private readonly Queue<Turn> _waiting = new();
    private bool _isRunning;

    public ObserverContext(
        GrainId id, SiloAddress host, IGrainObserver observer, GrainReferenceActivator references, IServiceProvider services, ILogger log)
    {
        _observer = new WeakReference<IGrainObserver>(observer);
        _references = references;
        _log = log;
        _scheduler = new TurnScheduler(this);
        ActivationServices = services;
        Address = new GrainAddress { GrainId = id, SiloAddress = host, ActivationId = ActivationId.GetDeterministic(id) };
    }

    public IGrainContext Context => this;

    public GrainAddress Address { get; }

    public GrainId GrainId => Address.GrainId;

    public ActivationId ActivationId => Address.ActivationId;

    public object? GrainInstance => _observer.TryGetTarget(out var observer) ? observer : null;

    public GrainReference GrainReference => _references.CreateUntyped(GrainId);

    public IServiceProvider ActivationServices { get; }

    public IGrainLifecycle ObservableLifecycle => throw new NotSupportedException("An observer has no lifecycle.");

    public IWorkItemScheduler Scheduler => _scheduler;

    public Task Deactivated => Task.CompletedTask;

    public void ReceiveMessage(object message) => _scheduler.QueueTurn((Turn)message);

    public void Begin(Turn turn)
    {
        if (_isRunning)
        {
            _waiting.Enqueue(turn);
        }
        else
        {
            Start(turn);
        }
    }

    public void OnTurnCompleted(Turn turn, Response response) => _scheduler.QueueAction(() =>
    {
        _isRunning = false;
        turn.Complete(response);
        while (!_isRunning && _waiting.TryDequeue(out var next))
        {
            Start(next);
        }
    });

    public void OnTurnFailed(Exception exception) => LogTurnFailed(_log, GrainId, exception);

    public object? GetTarget() => GrainInstance;

    public object? GetComponent(Type componentType)
    {
        var instance = GrainInstance;
        return componentType.IsInstanceOfType(instance) ? instance : null;
    }

    public void SetComponent<TComponent>(TComponent? value)
        where TComponent : class => throw new NotSupportedException("An observer has no components.");

    public void Activate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken = default)
    {
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
    }

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => GrainId.GetHashCode();

    private void Start(Turn turn)
    {
        if (GrainInstance is null)
        {
            turn.Fail(new ClientNotAvailableException($"The observer '{GrainId}' is no longer kept by anybody."));
            return;
        }

        if (turn is Messaging.RequestMessage message && !message.TryDecode())
        {
            return;
        }

        var running = turn.Invoke(this);
        if (running.IsCompleted)
        {
            turn.Complete(Turn.Finish(running));
        }
        else
        {
            _isRunning = true;
            turn.Await(running, this);
        }
    }

    [LoggerMessage(EventId = 3020, Level = LogLevel.Error, Message = "A turn of observer {Observer} threw.")]
    private static partial void LogTurnFailed(ILogger logger, GrainId observer, Exception exception);
}
