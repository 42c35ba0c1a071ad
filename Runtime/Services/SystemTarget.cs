using Orleans.Runtime.Messaging;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>
/// Something that lives as long as its silo and is called past the directory. Its calls interleave wherever one waits, as if it were
/// reentrant; turns run one at a time.
/// </summary>
public abstract class SystemTarget : ISystemTarget, IGrainContext
{
    private readonly Turns? _turns;
    private Dictionary<Type, object>? _components;

    private protected SystemTarget()
    {
    }

    private protected SystemTarget(GrainId grainId, Silo silo)
    {
        GrainId = grainId;
        Silo = silo.SiloAddress;
        ActivationServices = silo.Services;
        _turns = new Turns(this, silo);
    }

    public GrainId GrainId { get; }

    public SiloAddress Silo { get; } = SiloAddress.Zero;

    public IServiceProvider ActivationServices { get; } = null!;

    public GrainReference GrainReference => Known.References.CreateUntyped(GrainId);

    public IWorkItemScheduler Scheduler => Known.Scheduler;

    public Task Deactivated => Task.CompletedTask;

    ActivationId IGrainContext.ActivationId => ActivationId.GetDeterministic(GrainId);

    GrainAddress IGrainContext.Address =>
        new() { GrainId = GrainId, SiloAddress = Silo, ActivationId = ActivationId.GetDeterministic(GrainId) };

    object IGrainContext.GrainInstance => this;

    IGrainLifecycle IGrainContext.ObservableLifecycle => throw new NotSupportedException("A system target lives as long as its silo.");

    private Turns Known => _turns ?? throw new InvalidOperationException("This service was created outside of a silo.");

    public object? GetTarget() => this;

    public TComponent? GetComponent<TComponent>() => this is TComponent own
        ? own
        : _components is not null && _components.TryGetValue(typeof(TComponent), out var component) ? (TComponent)component : default;

    object? ITargetHolder.GetComponent(Type componentType) =>
        componentType.IsInstanceOfType(this) ? this : _components?.GetValueOrDefault(componentType);

    public void SetComponent<TComponent>(TComponent? instance)
        where TComponent : class
    {
        _components ??= [];
        if (instance is null)
        {
            _components.Remove(typeof(TComponent));
        }
        else
        {
            _components[typeof(TComponent)] = instance;
        }
    }

    public void ReceiveMessage(object message) => Known.Scheduler.QueueTurn((Turn)message);

    public void Activate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken)
    {
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken)
    {
    }

    public IGrainTimer RegisterGrainTimer<TState>(Func<TState, CancellationToken, Task> callback, TState state, TimeSpan dueTime, TimeSpan period) =>
        Known.Timers.RegisterGrainTimer(this, callback, state, new GrainTimerCreationOptions(dueTime, period) { Interleave = true });

    public IGrainTimer RegisterGrainTimer(Func<CancellationToken, Task> callback, TimeSpan dueTime, TimeSpan period) =>
        RegisterGrainTimer(static (call, token) => call(token), callback, dueTime, period);

    public sealed override string ToString() => $"[{GetType().Name} {GrainId}]";

    bool IEquatable<IGrainContext>.Equals(IGrainContext? other) => ReferenceEquals(this, other);

    /// <summary>Runs work as turns of this target.</summary>
    internal Task Run(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, Known.Scheduler).Unwrap();

    private sealed class Turns : ITurnOwner, ITurnSink
    {
        private readonly SystemTarget _target;
        private readonly Silo _silo;

        public Turns(SystemTarget target, Silo silo)
        {
            _target = target;
            _silo = silo;
            Scheduler = new TurnScheduler(this);
        }

        public TurnScheduler Scheduler { get; }

        public GrainReferenceActivator References => _silo.Runtime.References;

        public Timers.ITimerRegistry Timers => _silo.Runtime.Timers;

        public IGrainContext Context => _target;

        public void Begin(Turn turn)
        {
            if (turn is RequestMessage message && !message.TryDecode())
            {
                return;
            }

            var running = turn.Invoke(_target);
            if (running.IsCompleted)
            {
                turn.Complete(Turn.Finish(running));
            }
            else
            {
                turn.Await(running, this);
            }
        }

        public void OnTurnCompleted(Turn turn, Response response)
        {
            if (Scheduler.IsCurrent)
            {
                turn.Complete(response);
            }
            else
            {
                Scheduler.QueueAction(() => turn.Complete(response));
            }
        }

        public void OnTurnFailed(Exception exception) => _silo.Runtime.OnTurnFailed(_target.GrainId, exception);
    }
}
