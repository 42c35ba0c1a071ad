using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Routing;

// The sweep: operations that wait too long.
internal sealed partial class Router
{
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
        RoutedOutcome? outcome = null;
        var isFirst = false;
        var silent = false;
        var target = KeyGrain;
        var next = KeyGrain;
        lock (operation.Guard)
        {
            if (operation.Ended) return;
            operation.NextDue = Math.Min(now + operation.HedgeAfter, operation.StartedAt + _deadline);
            isFirst = operation.Sent == 0;
            if (now - operation.StartedAt >= _deadline) outcome = AtDeadline(operation);
            else if (isFirst) outcome = AttendUnsent(operation, now);
            else if (operation.Fallback is { } reply && operation is { IsRead: true }) outcome = RoutedOutcome.Answered(reply);
            else
            {
                // What was sent at least this long ago and is still out has kept silent. Where most of them do, the budget ends: then the
                // cluster is overloaded, nobody in particular is to blame, and asking others as well would make it worse.
                silent = operation.Outstanding > operation.Lost && now - operation.LastSentAt >= operation.HedgeAfter && _budget.TrySpend();
                target = operation.LastTarget;
                if (silent) operation.TakeForLost();
                var isWaiting = operation.Outstanding > operation.Lost;
                if (!isWaiting) (outcome, next) = GoOn(operation, silent ? target : KeyGrain);
                // Something newer than the one before is on its way: its own time counts.
                else if (now - operation.LastSentAt < operation.HedgeAfter) operation.NextDue = operation.LastSentAt + operation.HedgeAfter;
            }

            if (outcome is not null) operation.NextDue = long.MaxValue;
        }

        // Not on this thread: what follows is the rest of the request, and others are waiting to be looked at.
        if (outcome is { } ended) ThreadPool.UnsafeQueueUserWorkItem(static x => x.Router.End(x.Operation, x.Outcome), (Router: this, Operation: operation, Outcome: ended), false);
        if (silent) NoteSilence(operation, target);
        if (outcome is not null) return;
        if (isFirst)
        {
            if (!IsToBeHeld) SendFirst(operation, now);
        }
        else if (next != KeyGrain)
        {
            Send(operation, next);
        }
    }

    /// <summary>Nobody could be asked yet; that is an outcome of its own when it has taken too long.</summary>
    private RoutedOutcome? AttendUnsent(PendingOperation operation, long now)
    {
        operation.NextDue = now + (long)_options.RetryPause.TotalMilliseconds;
        // Where nothing hangs for long yet, the machine is overloaded rather than the link cut, and everybody will answer.
        var isCutOff = _coordinators.AreAllSilent && _coordinators.TroubleFor(now) >= _gatewayPatience && now - operation.StartedAt >= HoldPatience;
        return isCutOff || IsWithoutGateways ? RoutedOutcome.NotDone(ReplyStatus.Unavailable, NoGateway) : null;
    }

    /// <summary>Nothing that is out can be hoped for: either all has been said, or another silo is asked.</summary>
    /// <param name="operation">Under its guard.</param>
    /// <param name="silent">Who has just fallen silent, and is not asked again for that reason.</param>
    private (RoutedOutcome? Outcome, int Next) GoOn(PendingOperation operation, int silent)
    {
        if (silent != KeyGrain) _coordinators.Silent(silent);
        var other = _coordinators.NextOther(operation.Asked, operation.Heard, operation.Input.Route.LastSilo);
        if (operation.Heard.Count > 0 && Decide(operation, other) is { } outcome) return (outcome, KeyGrain);
        var next = other >= 0 ? other : _coordinators.Next(operation.Asked, operation.Input.Route.LastSilo);
        // Where the engine does not say that a connection broke, what went into it counts as under way for as long as anybody waits. A read is asked of a silo that is back all the same.
        var mayAsk = operation.Outstanding < _options.MaxAttemptsAtOnce || other >= 0 || (operation.IsRead && _coordinators.SiloOf(next) is not null);
        return (null, mayAsk ? next : KeyGrain);
    }

    private static RoutedOutcome AtDeadline(PendingOperation operation)
    {
        // A read has no outcome that could be unknown: it just was not answered.
        var isUnknown = !operation.IsRead && (operation.Uncertain || operation.Outstanding > 0);
        if (isUnknown) return RoutedOutcome.Unknown(operation.Detail);
        if (operation.Fallback is { } reply) return RoutedOutcome.Answered(reply);
        return operation.Outstanding > 0
            ? RoutedOutcome.NotDone(ReplyStatus.Unavailable, operation.Detail ?? "no silo answered in time")
            : RoutedOutcome.NotDone(operation.Reason, operation.Detail);
    }
}
