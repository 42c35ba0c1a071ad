using Orleans.Runtime.Messaging;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>
/// One activation: its queue of requests, the rules by which they may run at the same time, and (in the other part) its life.
/// </summary>
/// <remarks>
/// Requests arrive on the scheduler as turns. One that may not start yet waits in order. All fields that decide on that are touched in
/// turns only, so they need no lock. By default one request runs to its end before the next one starts; see
/// <see cref="MayStart"/> for what may interleave.
/// </remarks>
internal sealed partial class Activation : IGrainContext, ITurnOwner, ITurnSink, IReentrantContext
{
    private readonly ActivationServices _services;
    private readonly TurnScheduler _scheduler;
    private readonly List<Turn> _running = [];
    private readonly Queue<Turn> _waiting = new();
    private Dictionary<Guid, int>? _reentrantSections;
    private Dictionary<Type, object>? _components;
    private GrainReference? _reference;
    private int _jumpers;
    private int _load;
    private long _lastUse = Environment.TickCount64;
    private long _keepUntil;

    public Activation(ActivationServices services, GrainClass grainClass, GrainId id)
    {
        _services = services;
        _scheduler = new TurnScheduler(this);
        Class = grainClass;
        Address = new GrainAddress
        {
            GrainId = id,
            ActivationId = ActivationId.NewId(),
            SiloAddress = services.Silo,
            MembershipVersion = services.Directory.Version,
        };
    }

    public GrainClass Class { get; }

    public GrainAddress Address { get; }

    public GrainId GrainId => Address.GrainId;

    public ActivationId ActivationId => Address.ActivationId;

    public object? GrainInstance { get; private set; }

    public GrainReference GrainReference => _reference ??= CreateReference();

    public IWorkItemScheduler Scheduler => _scheduler;

    public IGrainContext Context => this;

    /// <summary>Requests received and not yet answered.</summary>
    public int Load => Volatile.Read(ref _load);

    /// <summary>Milliseconds since the last request ended; 0 while one runs or the grain asked to be kept.</summary>
    public long IdleFor(long now) =>
        Load > 0 || now < Volatile.Read(ref _keepUntil) ? 0 : now - Volatile.Read(ref _lastUse);

    public bool IsIdle(long now) => Load == 0 && now >= Volatile.Read(ref _keepUntil);

    public void Receive(Turn turn)
    {
        var load = Interlocked.Increment(ref _load);
        if (_services.MaxQueuedRequests > 0 && load > _services.MaxQueuedRequests)
        {
            Interlocked.Decrement(ref _load);
            turn.Fail(new LimitExceededException("requests of one activation", load, _services.MaxQueuedRequests, GrainId));
            return;
        }

        _scheduler.QueueTurn(turn);
    }

    public void ReceiveMessage(object message) => Receive((Turn)message);

    public void Begin(Turn turn)
    {
        if (_state == ActivationState.Gone)
        {
            TurnAway(turn);
        }
        else if (_waiting.Count == 0 ? MayStart(turn) : turn.MayJump && MayStart(turn))
        {
            Start(turn);
        }
        else
        {
            _waiting.Enqueue(turn);
            _jumpers += MayJump(turn) ? 1 : 0;
        }
    }

    public void OnTurnCompleted(Turn turn, Response response)
    {
        if (_scheduler.IsCurrent)
        {
            End(turn, response);
        }
        else
        {
            // Completed by some other thread; the grain may be in the middle of a turn that changes the result.
            _scheduler.QueueAction(() => End(turn, response));
        }
    }

    public void OnTurnFailed(Exception exception) => LogTurnFailed(_services.Log, GrainId, exception);

    public void EnterReentrantSection(Guid reentrancyId)
    {
        _reentrantSections ??= [];
        _reentrantSections[reentrancyId] = _reentrantSections.GetValueOrDefault(reentrancyId) + 1;
    }

    public void LeaveReentrantSection(Guid reentrancyId)
    {
        if (_reentrantSections?.TryGetValue(reentrancyId, out var depth) == true)
        {
            if (depth > 1)
            {
                _reentrantSections[reentrancyId] = depth - 1;
            }
            else
            {
                _reentrantSections.Remove(reentrancyId);
            }
        }
    }

    public object? GetTarget() => GrainInstance;

    public object? GetComponent(Type componentType)
    {
        ArgumentNullException.ThrowIfNull(componentType);
        if (_components?.GetValueOrDefault(componentType) is { } component)
        {
            return component;
        }

        return componentType.IsInstanceOfType(GrainInstance) ? GrainInstance
            : componentType.IsInstanceOfType(this) ? this
            : null;
    }

    public void SetComponent<TComponent>(TComponent? value)
        where TComponent : class
    {
        _components ??= [];
        if (value is null)
        {
            _components.Remove(typeof(TComponent));
        }
        else
        {
            _components[typeof(TComponent)] = value;
        }
    }

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => ActivationId.GetHashCode();

    public override string ToString() => Address.ToString();

    /// <summary>
    /// Whether a request may start now. It may when none runs; when the class is reentrant; when it, or all that run, always
    /// interleave; when it and all that run only read; when it belongs to a call chain that one of them let back in; or when the class's
    /// own predicate says so.
    /// </summary>
    private bool MayStart(Turn turn)
    {
        if (_state != ActivationState.Valid)
        {
            // What a running request waits for must get through, or the activation would never be done with it.
            return _state == ActivationState.Draining && _running.Count > 0
                && (turn.IsAlwaysInterleave || IsOfOpenSection(turn));
        }

        if (_running.Count == 0 || Class.IsReentrant || turn.IsAlwaysInterleave)
        {
            return true;
        }

        var onlyReads = true;
        Turn? blocking = null;
        foreach (var running in _running)
        {
            if (!running.IsAlwaysInterleave)
            {
                blocking ??= running;
                onlyReads &= running.IsReadOnly;
            }
        }

        return blocking is null
            || (onlyReads && turn.IsReadOnly)
            || IsOfOpenSection(turn)
            || (Class.HasInterleavePredicate && (Class.MayInterleave(turn.Invokable) || Class.MayInterleave(blocking.Invokable)));
    }

    private bool MayJump(Turn turn) => turn.MayJump || Class.HasInterleavePredicate;

    private bool IsOfOpenSection(Turn turn) =>
        _reentrantSections is not null && turn.ReentrancyId != Guid.Empty && _reentrantSections.ContainsKey(turn.ReentrancyId);

    private void Start(Turn turn)
    {
        if (turn is RequestMessage message && !message.TryDecode())
        {
            Leave(turn);
            return;
        }

        ValueTask<Response> running;
        try
        {
            running = turn.Invoke(this);
        }
        catch (Exception exception)
        {
            running = new(Response.FromException(exception));
        }

        if (running.IsCompleted)
        {
            Answer(turn, Turn.Finish(running));
        }
        else
        {
            _running.Add(turn);
            turn.Await(running, this);
        }
    }

    private void End(Turn turn, Response response)
    {
        Answer(turn, response);
        _running.Remove(turn);
        StartWaiting();
        if (_state == ActivationState.Draining && _running.Count == 0)
        {
            OnDrained();
        }
    }

    private void Answer(Turn turn, Response response)
    {
        Leave(turn);
        try
        {
            turn.Complete(response);
        }
        catch (Exception exception)
        {
            OnTurnFailed(exception);
        }
    }

    private void Leave(Turn turn)
    {
        Interlocked.Decrement(ref _load);
        if (turn.CountsAsUse)
        {
            Volatile.Write(ref _lastUse, Environment.TickCount64);
        }
    }

    private void StartWaiting()
    {
        while (_waiting.TryPeek(out var first) && MayStart(first))
        {
            _waiting.Dequeue();
            _jumpers -= MayJump(first) ? 1 : 0;
            Start(first);
        }

        // Past those who must wait for the running ones, some may go ahead.
        for (var left = _jumpers > 0 ? _waiting.Count : 0; left > 0 && _waiting.TryDequeue(out var turn); left--)
        {
            if (MayJump(turn) && MayStart(turn))
            {
                _jumpers--;
                Start(turn);
            }
            else
            {
                _waiting.Enqueue(turn);
            }
        }
    }

    private GrainReference CreateReference()
    {
        var contract = Class.Type.GetInterfaces().FirstOrDefault(
            type => typeof(IGrain).IsAssignableFrom(type) && type.Assembly != typeof(IGrain).Assembly);
        return contract is null ? _services.References.CreateUntyped(GrainId) : _services.References.CreateReference(GrainId, contract);
    }
}
