using Microsoft.Extensions.Options;
using Orleans.Kv.Api.Operations;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Routing;

/// <summary>
/// Brings an operation to a proposer and its outcome back, while silos die, hang or refuse. The key's grain is asked first, because it
/// needs one round trip where others need two. When it refuses, at once, or after a quarter of a second of silence, the <em>same</em>
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
/// What it costs: one lock and one list entry per operation. Nobody has a timer of his own; one sweep every few milliseconds looks
/// for operations that wait too long, and stops when nothing waits.
/// </para>
/// <para>
/// What it learns: a key grain that refused or kept silent is passed over, and a background read asks it now and then whether it is
/// back; a silo whose key grains keep silent one after another is passed over for all its keys.
/// </para>
/// </remarks>
internal sealed class Router : IDisposable
{
    private const int KeyGrain = -1;

    // A refusal is answered at once by asking another; these many in a row mean that haste does not help.
    private const int MaxAtOnce = 3;

    // With an honest clock once is enough; a key that many origins with fast clocks write may need another.
    private const int MaxRestamps = 3;

    // Two silos that say "no quorum", "forming" or the like, and nothing uncertain: a third would say the same.
    private const int RefusalsThatDecide = 2;

    internal const string NotConnected = "this API host has not reached the cluster yet";
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
    private readonly ITimer _sweep;
    private readonly List<PendingOperation> _due = [];
    private readonly long _hedgeAfter;
    private readonly long _deadline;
    private int _armed;
    private int _sweeping;

    public Router(ICluster cluster, SiloHealth silos, CoordinatorChoice coordinators, IOptions<RouterOptions> options, TimeProvider time)
        : this(cluster, silos, coordinators, options, time, Guid.NewGuid())
    {
    }

    internal Router(
        ICluster cluster, SiloHealth silos, CoordinatorChoice coordinators, IOptions<RouterOptions> options, TimeProvider time, Guid origin)
    {
        _cluster = cluster;
        _silos = silos;
        _coordinators = coordinators;
        _options = options.Value;
        _time = time;
        _clock = new OriginClock(time);
        _inFlight = new InFlightTable(origin);
        _budget = new HedgeBudget(_options.HedgeBurst, _options.RequestsPerHedge);
        _probe = new KeyGrainProbe(cluster, silos, _clock, origin, _options, time);
        _hedgeAfter = (long)_options.HedgeAfter.TotalMilliseconds;
        _deadline = (long)_options.RequestDeadline.TotalMilliseconds;
        _sweep = time.CreateTimer(static state => ((Router)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many operations wait for an answer.</summary>
    public int InFlight => _inFlight.Count;

    /// <summary>Carries out the operation. The task never fails: what cannot be done or known is an outcome too.</summary>
    public ValueTask<RoutedOutcome> ExecuteAsync(OperationInput input)
    {
        if (!_cluster.IsConnected) return ValueTask.FromResult(RoutedOutcome.NotDone(ReplyStatus.Unavailable, NotConnected));
        if (_inFlight.Count >= _options.MaxInFlight) return ValueTask.FromResult(RoutedOutcome.NotDone(ReplyStatus.Overloaded, TooMany));
        var now = Milliseconds.Now(_time);
        var operation = new PendingOperation(input, now) { NextDue = now + _hedgeAfter };
        _inFlight.Enlist(operation);
        operation.Request = NewRequest(operation);
        Arm();
        var task = operation.Task;
        if (input.Route.Avoided || _silos.IsSuspect(input.Route.LastSilo))
        {
            _probe.Consider(input.Route, now);
            Send(operation, _coordinators.Next(0, input.Route.LastSilo));
        }
        else
        {
            Send(operation, KeyGrain);
        }

        return task;
    }

    public void Dispose() => _sweep.Dispose();

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
            TtlMilliseconds = input.TtlMilliseconds,
            IfVersion = input.IfVersion,
            IfAbsent = input.IfAbsent,
            Expect = input.Expect,
            Consistency = input.Consistency,
        };
    }

    private void Send(PendingOperation operation, int target)
    {
        OperationRequest request;
        lock (operation.Guard)
        {
            if (operation.Ended) return;
            operation.Sent++;
            operation.Outstanding++;
            operation.LastTarget = target;
            if (target != KeyGrain) operation.Asked |= 1L << target;
            operation.NextDue = Math.Min(Milliseconds.Now(_time) + _hedgeAfter, operation.StartedAt + _deadline);
            request = operation.Request!;
        }

        _ = AttemptAsync(operation, target, request);
    }

    private async Task AttemptAsync(PendingOperation operation, int target, OperationRequest request)
    {
        var route = operation.Input.Route;
        OperationReply reply;
        try
        {
            reply = target == KeyGrain
                ? await _cluster.ExecuteAtKeyGrain(route, request).ConfigureAwait(false)
                : await _cluster.ExecuteAtCoordinator(target, route, request).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Whatever it is, it says nothing about the operation: the call may have been carried out before it broke.
            NoteSilence(operation, target);
            Continue(operation, uncertain: true, ReplyStatus.Unavailable, exception.Message);
            return;
        }

        _clock.Observe(reply.Stamp);
        _budget.Earn();
        _silos.Answered(reply.Silo);
        if (target == KeyGrain) route.Trust(reply.Silo);
        else _coordinators.Answered(target, reply.Silo);
        Receive(operation, target, reply);
    }

    private void Receive(PendingOperation operation, int target, OperationReply reply)
    {
        switch (reply.Status)
        {
            case ReplyStatus.Done or ReplyStatus.Accepted or ReplyStatus.NotFound or ReplyStatus.ConditionFailed or ReplyStatus.Invalid:
                End(operation, RoutedOutcome.Answered(reply));
                break;
            case ReplyStatus.TooLate:
                if (!TryRestamp(operation, target)) Continue(operation, uncertain: true, reply.Status, reply.Detail);
                break;
            case ReplyStatus.NoQuorum or ReplyStatus.PendingFull or ReplyStatus.Forming or ReplyStatus.Unavailable or ReplyStatus.Overloaded:
                Continue(operation, uncertain: false, reply.Status, reply.Detail);
                break;
            default:
                // Unknown, a ghost, or a status of a newer build: not definite.
                Continue(operation, uncertain: true, reply.Status, reply.Detail);
                break;
        }
    }

    /// <summary>An attempt ended without a definite answer: ask another one now, later, or not at all any more.</summary>
    private void Continue(PendingOperation operation, bool uncertain, ReplyStatus reason, string? detail)
    {
        RoutedOutcome? outcome = null;
        var next = KeyGrain;
        lock (operation.Guard)
        {
            if (operation.Ended) return;
            operation.Outstanding--;
            operation.Detail = detail ?? operation.Detail;
            // A read changes nothing, so that nothing about it can stay uncertain.
            if (uncertain && !operation.IsRead) operation.Uncertain = true;
            else if (uncertain) operation.Reason = ReplyStatus.Unavailable;
            else operation.Reason = reason;
            if (uncertain && IsFindingGateways)
            {
                operation.NextDue = Milliseconds.Now(_time) + (long)_options.RetryPause.TotalMilliseconds;
            }
            else if (IsDecided(operation))
            {
                outcome = RoutedOutcome.NotDone(operation.Reason, operation.Detail);
            }
            else if (operation.AtOnce < MaxAtOnce && operation.Outstanding < _options.MaxAttemptsAtOnce)
            {
                operation.AtOnce++;
                next = _coordinators.Next(operation.Asked, operation.Input.Route.LastSilo);
            }
            else
            {
                operation.NextDue = Milliseconds.Now(_time) + (long)_options.RetryPause.TotalMilliseconds;
            }
        }

        if (outcome is { } decided) End(operation, decided);
        else if (next != KeyGrain) Send(operation, next);
    }

    // With the last gateway every operation breaks at once, whomever it asks: that says nothing of the silos.
    private bool IsFindingGateways => _cluster.WithoutGatewayFor < (long)_options.GatewayPatience.TotalMilliseconds;

    // Nothing in flight, nothing uncertain, and enough silos have said why not.
    private static bool IsDecided(PendingOperation operation) =>
        operation is { Outstanding: 0, Uncertain: false }
        && (operation.Reason == ReplyStatus.Overloaded || operation.Sent >= RefusalsThatDecide + (operation.Reason == ReplyStatus.Unavailable ? 1 : 0));

    private bool TryRestamp(PendingOperation operation, int target)
    {
        lock (operation.Guard)
        {
            if (operation.Ended || operation.Sent != 1 || operation.Restamped == MaxRestamps) return false;
            operation.Restamped++;
            operation.Sent = 0;
            operation.Outstanding = 0;
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

        _inFlight.Remove(operation);
        operation.Complete(outcome);
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

    private void Arm()
    {
        if (Volatile.Read(ref _armed) == 0 && Interlocked.Exchange(ref _armed, 1) == 0) _sweep.Change(_options.SweepPeriod, _options.SweepPeriod);
    }

    private void Sweep()
    {
        // A sweep that takes longer than its period is not joined by the next one.
        if (Interlocked.Exchange(ref _sweeping, 1) != 0) return;
        try
        {
            if (_inFlight.Count == 0)
            {
                Disarm();
                return;
            }

            var now = Milliseconds.Now(_time);
            _inFlight.CollectDue(now, _due);
            foreach (var operation in _due) Attend(operation, now);
            _due.Clear();
        }
        finally
        {
            Volatile.Write(ref _sweeping, 0);
        }
    }

    private void Disarm()
    {
        _sweep.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Volatile.Write(ref _armed, 0);
        // Whoever came in between saw the timer armed and relies on it.
        if (_inFlight.Count > 0) Arm();
    }

    private void Attend(PendingOperation operation, long now)
    {
        var silent = false;
        var target = KeyGrain;
        var next = KeyGrain;
        lock (operation.Guard)
        {
            if (operation.Ended) return;
            if (now - operation.StartedAt >= _deadline)
            {
                // Not on this thread: what follows is the rest of the request, and others are waiting to be looked at.
                ThreadPool.UnsafeQueueUserWorkItem(static x => x.Router.End(x.Operation, AtDeadline(x.Operation)), (Router: this, Operation: operation), false);
                operation.NextDue = long.MaxValue;
                return;
            }

            // What was sent at least this long ago and is still out has kept silent. Where most of them do, the budget ends: then the
            // cluster is overloaded, nobody in particular is to blame, and asking others as well would make it worse.
            silent = operation.Outstanding > 0;
            var mayAsk = operation.Outstanding < _options.MaxAttemptsAtOnce && (!silent || _budget.TrySpend());
            if (mayAsk) next = _coordinators.Next(operation.Asked, operation.Input.Route.LastSilo);
            target = operation.LastTarget;
            operation.NextDue = Math.Min(now + _hedgeAfter, operation.StartedAt + _deadline);
        }

        if (next == KeyGrain) return;
        if (silent) NoteSilence(operation, target);
        Send(operation, next);
    }

    private static RoutedOutcome AtDeadline(PendingOperation operation)
    {
        lock (operation.Guard)
        {
            var unanswered = operation.Uncertain || operation.Outstanding > 0;
            if (!unanswered) return RoutedOutcome.NotDone(operation.Reason, operation.Detail);
            // A read has no outcome that could be unknown: it just was not answered.
            return operation.IsRead
                ? RoutedOutcome.NotDone(ReplyStatus.Unavailable, operation.Detail ?? "no silo answered in time")
                : RoutedOutcome.Unknown(operation.Detail);
        }
    }
}
