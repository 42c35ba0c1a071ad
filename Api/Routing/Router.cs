using System.Diagnostics;
using Microsoft.Extensions.Options;
using Orleans.Kv.Api.Keys;
using Orleans.Kv.Api.Observing;
using Orleans.Kv.Api.Operations;
using Orleans.Kv.Interfaces.Observing;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Routing;

/// <summary>
/// Brings an operation to a proposer and its outcome back, while silos die, hang or refuse. The key's grain is asked first, because it
/// needs one round trip where others need two. When it refuses, at once, or after a quarter of a second of silence (more for a large value), the <em>same</em>
/// operation, with the same id and deadline, goes to a coordinator on another silo as well, and then to a further one; the first
/// definite answer counts. That is safe because proposers decide by ballots and a state remembers what it has done.
/// </summary>
/// <remarks>
/// <para>
/// What it promises: an answer within the deadline; "done" only if it is committed; "not done" only if it cannot happen any more; otherwise
/// "unknown". An attempt that ended without an answer (a broken connection, a timeout) makes an operation uncertain for good, unless another
/// attempt brings a definite answer. A "too late" is certain only as the answer of the only proposer that was ever asked: then the
/// operation gets a new number and deadline, by a clock that has caught up.
/// </para>
/// <para>
/// What it says without a quorum: a silo that cannot reach one says so at once, and so does this router, as soon as every other silo has said the same or is silent. An
/// answer that is less than was asked for (a stale read, a condition that failed by a stale copy) is given when nobody else has a better one.
/// </para>
/// <para>
/// What it costs: one lock and one list entry per operation. Nobody has a timer of his own; one sweep every few milliseconds looks
/// for operations that wait too long, and stops when nothing waits.
/// </para>
/// <para>
/// What it learns: a key grain that refused or kept silent is passed over, and a background read asks it now and then whether it is
/// back; a silo whose key grains keep silent one after another is passed over for all its keys. While some gateway takes calls and answers none (a link that drops what is
/// sent over it), no key grain is asked that has not answered since: the engine might choose that gateway, and a write that went into it could come out later, so that
/// nobody could say any more that it was not done.
/// </para>
/// </remarks>
internal sealed partial class Router : IDisposable
{
    private const int KeyGrain = -1;

    // A refusal is answered at once by asking another; these many in a row mean that haste does not help.
    private const int MaxAtOnce = 3;

    // With an honest clock once is enough; a key that many origins with fast clocks write may need another.
    private const int MaxRestamps = 3;

    // Two silos that say "forming" or the like, and nothing uncertain: a third would say the same.
    private const int RefusalsThatDecide = 2;

    // In a large cluster as many silos as these speak for the rest.
    private const int MaxRefusals = 8;

    internal const string NotConnected = "this API host has not reached the cluster yet";
    // How long an operation waits for somebody to answer this host, when others have been hanging for long: with a pause and a sweep more, below the half second in which a lack of a quorum is
    // answered.
    private const long HoldPatience = 300;

    private const string NoGateway = "no silo can be reached from this API host; nothing was sent";
    private const string TooMany = "too many requests are waiting in this API host";

    private readonly ICluster _cluster;
    private readonly RouterOptions _options;
    private readonly TimeProvider _time;
    private readonly OriginClock _clock;
    private readonly InFlightTable _inFlight;
    private readonly HedgeBudget _budget;
    private readonly SiloHealth _silos;
    private readonly CoordinatorChoice _coordinators;
    private readonly KeyGrainProbe _probe;
    private readonly RouterMetrics? _metrics;
    private readonly ITimer _sweep;
    private readonly List<PendingOperation> _due = [];
    private readonly long _hedgeAfter;
    private readonly long _hedgeAfterPerMebibyte;
    private readonly long _deadline;
    private readonly long _gatewayPatience;
    private int _armed;
    private int _sweeping;

    public Router(ICluster cluster, SiloHealth silos, CoordinatorChoice coordinators, IOptions<RouterOptions> options, TimeProvider time, RouterMetrics? metrics = null)
        : this(cluster, silos, coordinators, options, time, Guid.NewGuid(), metrics)
    {
    }

    internal Router(
        ICluster cluster, SiloHealth silos, CoordinatorChoice coordinators, IOptions<RouterOptions> options, TimeProvider time, Guid origin, RouterMetrics? metrics = null)
    {
        _metrics = metrics;
        _cluster = cluster;
        _silos = silos;
        _coordinators = coordinators;
        _options = options.Value;
        _time = time;
        _clock = new OriginClock(time);
        _inFlight = new InFlightTable(origin);
        _budget = new HedgeBudget(_options.HedgeBurst, _options.RequestsPerHedge);
        _probe = new KeyGrainProbe(cluster, silos, coordinators, _clock, origin, _options, time);
        _hedgeAfter = (long)_options.HedgeAfter.TotalMilliseconds;
        _hedgeAfterPerMebibyte = (long)_options.HedgeAfterPerMebibyte.TotalMilliseconds;
        _deadline = (long)_options.RequestDeadline.TotalMilliseconds;
        _gatewayPatience = (long)_options.GatewayPatience.TotalMilliseconds;
        _sweep = time.CreateTimer(static state => ((Router)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many operations wait for an answer.</summary>
    public int InFlight => _inFlight.Count;

    /// <summary>Carries out the operation. The task never fails: what cannot be done or known is an outcome too.</summary>
    public ValueTask<RoutedOutcome> ExecuteAsync(OperationInput input)
    {
        if (!_cluster.IsConnected) return Refuse(input, ReplyStatus.Unavailable, NotConnected);
        if (_inFlight.Count >= _options.MaxInFlight) return Refuse(input, ReplyStatus.Overloaded, TooMany);
        var now = Milliseconds.Now(_time);
        if (IsWithoutGateways) return Refuse(input, ReplyStatus.Unavailable, NoGateway);
        var hedgeAfter = HedgeAfter(input);
        var operation = new PendingOperation(input, now)
        {
            HedgeAfter = hedgeAfter,
            NextDue = now + hedgeAfter,
            Came = _metrics?.Mark() ?? 0,
            Trace = OperationTrace.Begin(input.Code),
        };
        _inFlight.Enlist(operation);
        operation.Request = NewRequest(operation);
        Arm();
        var task = operation.Task;
        if (!IsToBeHeld) SendFirst(operation, now);
        // Kept here until somebody answers: once sent, it would be uncertain.
        else operation.NextDue = now + (long)_options.RetryPause.TotalMilliseconds;
        return task;
    }

    public void Dispose() => _sweep.Dispose();

    /// <summary>
    /// No gateway for so long that waiting for one is no kindness any more; at once where the last one was that of a cut-off silo, for there is no other to be found, and the process of that
    /// silo changes hosts. The coordinators are looked at as well, because the engine's word is only a hint.
    /// </summary>
    private bool IsWithoutGateways =>
        _cluster.WithoutGatewayFor is { } lost && (_coordinators.AreAllCutOff || (lost >= _gatewayPatience && _coordinators.AreAllSilent));

    /// <summary>What is sent now would break, or go where nothing comes back from.</summary>
    private bool IsToBeHeld => IsFindingGateways || (_coordinators.Trouble != 0 && _coordinators.AreAllSilent);

    private void SendFirst(PendingOperation operation, long now)
    {
        var route = operation.Input.Route;
        if (IsGrainToBeAsked(route))
        {
            Send(operation, KeyGrain);
            return;
        }

        _probe.Consider(route, now);
        Send(operation, _coordinators.Next(0, route.LastSilo));
    }

    // On a silo that is cut off a call to the grain may be sent on to one that it does not reach, and be lost on the way; a coordinator answers by itself.
    private bool IsGrainToBeAsked(KeyRoute route) =>
        !route.Avoided
        && !_silos.IsSuspect(route.LastSilo)
        && (_coordinators.Trouble is var trouble && (trouble == 0 || route.IsTrustedIn(trouble)))
        && !_coordinators.IsWorseThanOthers(route.LastSilo)
        && !_coordinators.AreAllCutOff;

    private OperationRequest NewRequest(PendingOperation operation)
    {
        var input = operation.Input;
        var lifetime = input.RequestOrigin is null ? _options.OperationLifetime : _options.RequestIdLifetime;
        return new OperationRequest
        {
            Code = input.Code,
            Origin = input.RequestOrigin ?? _inFlight.Origin,
            Number = operation.Number,
            Mark = operation.Mark,
            Deadline = _clock.Deadline(lifetime).Value,
            Value = input.Value,
            ContentType = input.ContentType,
            TtlMilliseconds = input.TtlMilliseconds,
            IfVersion = input.IfVersion,
            IfAbsent = input.IfAbsent,
            Expect = input.Expect,
            ExpectContentType = input.ExpectContentType,
            Consistency = input.Consistency,
        };
    }

    // By the values that it brings, and the one that is there as far as this host knows: a fetch brings that here, and who proposes anew has it brought to him.
    private long HedgeAfter(OperationInput input)
    {
        var moved = Math.Max((input.Value?.Length ?? 0) + (input.Expect?.Length ?? 0), input.Route.ValueBytes);
        if (input.Value is not null) input.Route.ValueBytes = input.Value.Length;
        return _hedgeAfter + (moved * _hedgeAfterPerMebibyte >> 20);
    }

    private void Send(PendingOperation operation, int target)
    {
        OperationRequest request;
        int attempt;
        lock (operation.Guard)
        {
            if (operation.Ended) return;
            attempt = ++operation.Sent;
            operation.Outstanding++;
            operation.LastTarget = target;
            operation.LastSentAt = Milliseconds.Now(_time);
            if (target != KeyGrain) operation.Asked |= 1L << target;
            operation.NextDue = Math.Min(operation.LastSentAt + operation.HedgeAfter, operation.StartedAt + _deadline);
            request = operation.Request!;
        }

        _metrics?.Asked(target == KeyGrain, attempt > 1);
        _ = AttemptAsync(operation, target, attempt, request);
    }

    private async Task AttemptAsync(PendingOperation operation, int target, int attempt, OperationRequest request)
    {
        var route = operation.Input.Route;
        OperationReply reply;
        using var trace = operation.Trace.IsOn ? operation.Trace.Attempt(target == KeyGrain, attempt) : null;
        try
        {
            reply = target == KeyGrain
                ? await _cluster.ExecuteAtKeyGrain(route, request).ConfigureAwait(false)
                : await _cluster.ExecuteAtCoordinator(target, route, request).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Whatever it is, it says nothing about the operation: the call may have been carried out before it broke.
            trace?.SetStatus(ActivityStatusCode.Error, exception.Message);
            NoteSilence(operation, target);
            Continue(operation, attempt, AttemptEnd.Uncertain(exception.Message));
            return;
        }

        trace?.SetTag("kv.silo", reply.Silo).SetTag(OperationNames.Outcome, OperationNames.Of(reply.Status));
        _clock.Observe(reply.Stamp);
        _budget.Earn();
        _silos.Answered(reply.Silo);
        if (reply.Value is not null) route.ValueBytes = reply.Value.Length;
        if (target == KeyGrain) route.Trust(reply.Silo, _coordinators.Trouble);
        else _coordinators.Answered(target, reply.Silo);
        Receive(operation, target, attempt, reply);
    }

    private void Receive(PendingOperation operation, int target, int attempt, OperationReply reply)
    {
        switch (reply.Status)
        {
            case ReplyStatus.Done or ReplyStatus.NotFound or ReplyStatus.ConditionFailed when reply.Stale && operation.Input.Consistency != ReadConsistency.Eventual:
                // The silo it comes from has no quorum. For a read another one may be asked as well; a write is decided by the one that was asked, where it was the only one.
                if (operation.IsRead || !TryEndOnly(operation, RoutedOutcome.Answered(reply))) Continue(operation, attempt, AttemptEnd.LessThanAsked(reply));
                break;
            case ReplyStatus.Done or ReplyStatus.Accepted or ReplyStatus.NotFound or ReplyStatus.ConditionFailed or ReplyStatus.Invalid:
                End(operation, RoutedOutcome.Answered(reply));
                break;
            case ReplyStatus.TooLate:
                if (!TryRestamp(operation, target)) Continue(operation, attempt, AttemptEnd.Uncertain(reply.Detail));
                break;
            case ReplyStatus.NoQuorum or ReplyStatus.PendingFull or ReplyStatus.Forming or ReplyStatus.Unavailable or ReplyStatus.Overloaded:
                Continue(operation, attempt, AttemptEnd.Refused(reply));
                break;
            default:
                // Unknown, a ghost, or a status of a newer build: not definite.
                Continue(operation, attempt, AttemptEnd.Uncertain(reply.Detail));
                break;
        }
    }

    /// <summary>An attempt ended without a definite answer: ask another one now, later, or not at all any more.</summary>
    private void Continue(PendingOperation operation, int attempt, AttemptEnd end)
    {
        RoutedOutcome? outcome = null;
        var next = KeyGrain;
        lock (operation.Guard)
        {
            if (operation.Ended) return;
            operation.Note(attempt, end);
            var other = _coordinators.NextOther(operation.Asked, operation.Heard, operation.Input.Route.LastSilo);
            var mayAsk = operation.AtOnce < MaxAtOnce && operation.Outstanding < _options.MaxAttemptsAtOnce;
            if (end.IsUncertain && IsFindingGateways) mayAsk = false;
            else outcome = Decide(operation, other);

            if (outcome is null && mayAsk && (other >= 0 || end.IsUncertain))
            {
                operation.AtOnce++;
                next = other >= 0 ? other : _coordinators.Next(operation.Asked, operation.Input.Route.LastSilo);
            }
            else if (outcome is null)
            {
                operation.NextDue = Milliseconds.Now(_time) + (long)_options.RetryPause.TotalMilliseconds;
            }
        }

        if (outcome is { } decided) End(operation, decided);
        else if (next != KeyGrain) Send(operation, next);
    }

    // With the last gateway every operation breaks at once, whomever it asks: that says nothing of the silos.
    private bool IsFindingGateways => _cluster.WithoutGatewayFor < _gatewayPatience;

    /// <summary>What the operation ends with, where waiting cannot bring anything else; null where it can.</summary>
    /// <param name="operation">Under its guard.</param>
    /// <param name="other">A silo that would answer and has not been asked; negative where there is none.</param>
    private RoutedOutcome? Decide(PendingOperation operation, int other)
    {
        // What is still under way may yet be done, unless it changes nothing. And an answer that may come is worth waiting for.
        var isOpen = operation.IsRead ? operation.Outstanding > operation.Lost : operation.Outstanding > 0 || operation.Uncertain;
        if (isOpen) return null;
        if (operation.Fallback is null && operation.Reason is not (ReplyStatus.NoQuorum or ReplyStatus.PendingFull))
        {
            var isEnough = operation.Reason == ReplyStatus.Overloaded
                || operation.Sent >= RefusalsThatDecide + (operation.Reason == ReplyStatus.Unavailable ? 1 : 0);
            return isEnough ? RoutedOutcome.NotDone(operation.Reason, operation.Detail) : null;
        }

        var isEverybodyHeard = other < 0
            || operation.Heard.Count >= MaxRefusals
            // Where nobody knows yet which silos there are, two speak for all.
            || (operation.Heard.Count >= RefusalsThatDecide && _coordinators.SiloOf(other) is null);
        if (!isEverybodyHeard) return null;
        return operation.Fallback is { } reply ? RoutedOutcome.Answered(reply) : RoutedOutcome.NotDone(operation.Reason, operation.Detail);
    }

    private bool TryRestamp(PendingOperation operation, int target)
    {
        lock (operation.Guard)
        {
            if (operation.Ended || operation.Sent != 1 || operation.Restamped == MaxRestamps) return false;
            operation.Restamped++;
            operation.Sent = 0;
            operation.Outstanding = 0;
            operation.Lost = 0;
            operation.LostThrough = 0;
            // A caller's own id stays: with the clock caught up, its deadline is what an honest clock would have given it at first.
            if (operation.Input.RequestOrigin is null) _inFlight.Renumber(operation);
            operation.Request = NewRequest(operation);
        }

        Send(operation, target);
        return true;
    }

    private void End(PendingOperation operation, RoutedOutcome outcome)
    {
        lock (operation.Guard)
        {
            if (operation.Ended) return;
            operation.Ended = true;
        }

        Complete(operation, outcome);
    }

    /// <summary>Ends an operation that nobody else was asked to carry out.</summary>
    private bool TryEndOnly(PendingOperation operation, RoutedOutcome outcome)
    {
        lock (operation.Guard)
        {
            if (operation.Ended || operation.Sent != 1) return false;
            operation.Ended = true;
        }

        Complete(operation, outcome);
        return true;
    }

    private void Complete(PendingOperation operation, in RoutedOutcome outcome)
    {
        _inFlight.Remove(operation);
        // Before its caller goes on, who may look at once.
        _metrics?.Ended(operation.Input.Code, outcome, operation.Came);
        operation.Trace.End(outcome);
        operation.Complete(outcome);
    }

    private ValueTask<RoutedOutcome> Refuse(OperationInput input, ReplyStatus status, string detail)
    {
        var outcome = RoutedOutcome.NotDone(status, detail);
        _metrics?.Ended(input.Code, outcome, _metrics.Mark());
        return ValueTask.FromResult(outcome);
    }

    private void NoteSilence(PendingOperation operation, int target)
    {
        var route = operation.Input.Route;
        if (target != KeyGrain)
        {
            _coordinators.Silent(target);
            return;
        }

        route.Avoid(Milliseconds.Now(_time), (long)_options.ProbePeriod.TotalMilliseconds);
        _silos.Silent(route.LastSilo);
    }
}
