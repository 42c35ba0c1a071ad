using Orleans.Kv.Api.Keys;
using Orleans.Kv.Api.Observing;
using Orleans.Kv.Api.Operations;
using Orleans.Kv.Interfaces.Coordination;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Routing;

// Batches: the first attempt of many operations in one call to each silo.
//
// A silo that is asked calls the keys' grains from there. What has a definite answer is done with; a write without one goes on alone, under the same id, exactly as if its key's
// grain had been asked from here and had not answered. A read goes on as a new operation, since it changes nothing, and so does what the silo says it has not asked anybody for.
//
// The operations of one key keep their order: the silo stops a key's turn at the first that has no definite outcome, and here the next one goes on only when that one has ended.
internal sealed partial class Router
{
    // Operations of one batch that are out alone at once. Each may bring a value of 8 MiB, and this many do not exhaust the host's memory.
    private const int MaxAlone = 16;

    // A silo needs about a tenth of this for each operation of a large batch when it is not busy.
    private const int PatiencePerOperation = 1;

    private const string BatchTimeIsUp = "the time for one request was up before this operation's turn; it was not done";

    /// <summary>
    /// Carries out all operations; null for a fetch whose value has no room in one answer any more. The task never fails, and ends within twice the time for one operation.
    /// </summary>
    public async Task<RoutedOutcome?[]> ExecuteBatchAsync(IReadOnlyList<OperationInput> inputs)
    {
        var run = new BatchRun(inputs, Milliseconds.Now(_time));
        if (_inFlight.Count + inputs.Count > _options.MaxInFlight)
        {
            Array.Fill(run.Outcomes, RoutedOutcome.NotDone(ReplyStatus.Overloaded, TooMany));
            return run.Outcomes;
        }

        var isToBeSent = _cluster.IsConnected && !IsWithoutGateways && !IsToBeHeld;
        // For keys that nobody here has met: any silo finds their grains.
        var anywhere = isToBeSent ? _coordinators.Next(0, null) : -1;
        var plan = new BatchPlan(inputs, input => isToBeSent ? CoordinatorBeside(input.Route, anywhere) : -1);
        foreach (var call in plan.Calls) Send(call, plan, run);
        await Task.WhenAll(plan.Turns.Select(turn => FollowAsync(turn, run))).ConfigureAwait(false);
        return run.Outcomes;
    }

    private int CoordinatorBeside(KeyRoute route, int anywhere)
    {
        if (!IsGrainToBeAsked(route)) return -1;
        if (route.LastSilo is not { } silo) return anywhere;
        for (var i = 0; i < _coordinators.Count; i++)
        {
            if (_coordinators.SiloOf(i) == silo && !_coordinators.IsHung(i)) return i;
        }

        return anywhere;
    }

    private void Send(BatchCall call, BatchPlan plan, BatchRun run)
    {
        var entries = new BatchEntry[call.Count];
        foreach (var turn in call.Turns)
        {
            for (var i = 0; i < turn.InCall; i++)
            {
                var operation = new PendingOperation(run.Inputs[turn.Indexes[i]], run.StartedAt)
                {
                    HedgeAfter = HedgeAfter(run.Inputs[turn.Indexes[i]]),
                    Came = _metrics?.Mark() ?? 0,
                    Trace = OperationTrace.Begin(run.Inputs[turn.Indexes[i]].Code),
                    // Nothing is due while the call is out: it has its own patience.
                    NextDue = long.MaxValue,
                    LastSentAt = run.StartedAt,
                    Sent = 1,
                    Outstanding = 1,
                    LastTarget = KeyGrain,
                };
                _inFlight.Enlist(operation);
                operation.Request = NewRequest(operation);
                call.Operations.Add(operation);
                entries[turn.Position + i] = new BatchEntry { Key = operation.Input.Route.Key, Request = operation.Request };
            }
        }

        Arm();
        var request = new BatchRequest
        {
            Entries = entries,
            PatienceMilliseconds = (int)_hedgeAfter + (call.Count * PatiencePerOperation) + (int)(call.Bytes * _hedgeAfterPerMebibyte >> 20),
            MaxAnswerBytes = _options.MaxBatchAnswerBytes / plan.Calls.Count,
        };
        call.Answer = CallAsync(call, request, run);
        // The silo answers within its patience; the way there and back may take as long as silence is borne elsewhere.
        call.Patience = Task.WhenAny(call.Answer, Task.Delay(TimeSpan.FromMilliseconds(request.PatienceMilliseconds + _hedgeAfter), _time));
    }

    private async Task<BatchReply?> CallAsync(BatchCall call, BatchRequest request, BatchRun run)
    {
        using var trace = OperationTrace.IsWanted ? OperationTrace.Batch(request.Entries.Length) : null;
        try
        {
            var reply = await _cluster.ExecuteBatch(call.Coordinator, request).ConfigureAwait(false);
            _coordinators.Answered(call.Coordinator, reply.Silo);
            // All at once, before any operation of the call goes on alone.
            foreach (var answer in reply.Replies) run.Count(answer);
            return reply;
        }
        catch (Exception)
        {
            // It says nothing about the operations, which go on; how they fare then is what their caller hears.
            Fell(call);
            return null;
        }
    }

    private void Fell(BatchCall call)
    {
        // As many silences as there were operations; more than make a silo suspect say no more.
        var silo = _coordinators.SiloOf(call.Coordinator);
        for (var i = 0; i < Math.Min(call.Count, SiloHealth.SilencesToSuspect); i++) _silos.Silent(silo);
        _coordinators.Silent(call.Coordinator);
    }

    private async Task FollowAsync(BatchTurn turn, BatchRun run)
    {
        if (turn.Call is { } call) await call.Patience.ConfigureAwait(false);
        for (var i = 0; i < turn.Indexes.Count; i++)
        {
            var index = turn.Indexes[i];
            run.Outcomes[index] = i < turn.InCall
                ? await FinishAsync(turn.Call!, turn.Position + i, index, run).ConfigureAwait(false)
                : await AloneAsync(index, run).ConfigureAwait(false);
        }
    }

    private async ValueTask<RoutedOutcome?> FinishAsync(BatchCall call, int position, int index, BatchRun run)
    {
        var operation = call.Operations[position];
        var isAnswered = call.Answer.IsCompleted;
        var reply = isAnswered ? await call.Answer.ConfigureAwait(false) : null;
        var answer = reply?.Replies[position];
        var wasNotAsked = reply is not null && answer is null;
        if (wasNotAsked || (operation.IsRead && !IsEnough(operation, answer)))
        {
            if (answer is not null) Learn(operation, answer);
            Abandon(operation);
            return await AloneAsync(index, run).ConfigureAwait(false);
        }

        if (isAnswered)
        {
            Deliver(operation, reply, answer);
        }
        else
        {
            // From here on it is as if the key's grain kept silent: the sweep sees to it, within its budget, and the answer may still come.
            operation.NextDue = Milliseconds.Now(_time);
            _ = DeliverLateAsync(operation, call, position);
        }

        return await operation.Task.ConfigureAwait(false);
    }

    private async Task DeliverLateAsync(PendingOperation operation, BatchCall call, int position)
    {
        var reply = await call.Answer.ConfigureAwait(false);
        Deliver(operation, reply, reply?.Replies[position]);
    }

    private void Deliver(PendingOperation operation, BatchReply? reply, OperationReply? answer)
    {
        if (answer is null)
        {
            Continue(operation, attempt: 1, AttemptEnd.Uncertain(reply is null ? "the call to a silo broke" : "a silo answered too late"));
            return;
        }

        Learn(operation, answer);
        Receive(operation, KeyGrain, attempt: 1, answer);
    }

    private void Learn(PendingOperation operation, OperationReply answer)
    {
        if (answer.Silo is null)
        {
            NoteSilence(operation, KeyGrain);
            return;
        }

        _clock.Observe(answer.Stamp);
        _budget.Earn();
        _silos.Answered(answer.Silo);
        if (answer.Value is not null) operation.Input.Route.ValueBytes = answer.Value.Length;
        operation.Input.Route.Trust(answer.Silo, _coordinators.Trouble);
    }

    private static bool IsEnough(PendingOperation operation, OperationReply? answer) =>
        answer?.Status is ReplyStatus.Done or ReplyStatus.NotFound or ReplyStatus.Invalid
        && (!answer.Stale || operation.Input.Consistency == ReadConsistency.Eventual);

    /// <summary>Takes an operation back that was never carried out by anybody, or changes nothing.</summary>
    private void Abandon(PendingOperation operation)
    {
        lock (operation.Guard)
        {
            if (operation.Ended) return;
            operation.Ended = true;
        }

        _inFlight.Remove(operation);
        operation.Trace.End(null);
    }

    private async ValueTask<RoutedOutcome?> AloneAsync(int index, BatchRun run)
    {
        await run.Alone.WaitAsync().ConfigureAwait(false);
        try
        {
            var input = run.Inputs[index];
            if (Milliseconds.Now(_time) - run.StartedAt >= _deadline) return RoutedOutcome.NotDone(ReplyStatus.Unavailable, BatchTimeIsUp);
            if (input.Code == OperationCode.Fetch && run.AnswerBytes >= _options.MaxBatchAnswerBytes) return null;
            var outcome = await ExecuteAsync(input).ConfigureAwait(false);
            run.Count(outcome.Reply);
            return outcome;
        }
        finally
        {
            run.Alone.Release();
        }
    }

    private sealed class BatchRun(IReadOnlyList<OperationInput> inputs, long startedAt)
    {
        private long _answerBytes;

        public IReadOnlyList<OperationInput> Inputs { get; } = inputs;

        public long StartedAt { get; } = startedAt;

        public RoutedOutcome?[] Outcomes { get; } = new RoutedOutcome?[inputs.Count];

        public SemaphoreSlim Alone { get; } = new(MaxAlone);

        public long AnswerBytes => Interlocked.Read(ref _answerBytes);

        public void Count(OperationReply? reply) => Interlocked.Add(ref _answerBytes, reply?.Value?.Length ?? 0);
    }
}
