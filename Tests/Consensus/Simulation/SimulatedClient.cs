using System.Globalization;
using System.Text;
using Orleans.Kv.Consensus;
using Orleans.Kv.Tests.Checking.Histories;
using Operation = Orleans.Kv.Consensus.Operation;
using OperationKind = Orleans.Kv.Consensus.OperationKind;
using Recorded = Orleans.Kv.Tests.Checking.Histories.Operation;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// A client that does one operation after another: hedged to a second host, retried under the same id, given up in the end, all as the API host does it. What it
/// records is what a caller could rely on: "done" only where told so, "not done" only where every copy it ever sent came back as such.
/// </summary>
internal sealed class SimulatedClient(Simulation simulation, int index, SimulatedOrigin origin)
{
    private const int MaxUnknown = 6;
    private const int MaxExpiring = 2;

    // What the caller is told then says nothing of a version or a value.
    private static readonly Outcome Accepted = new Outcome.Merged(0, Won: false, AlreadyDone: false);

    private readonly Dictionary<int, long> _seen = [];
    private Call? _call;

    public bool IsIdle => _call is null;

    // Once all is well a caller that waits gets its answer; impatience would only add operations of unknown outcome.
    private int Patience => simulation.IsHealed ? 2_000 : simulation.Options.Patience;

    private int ThinkTime => simulation.IsHealed ? 30 : simulation.Options.ThinkTime;

    /// <summary>The schedule is over; what is under way stays open.</summary>
    public void Leave()
    {
        if (_call is { } call)
            NoteExpiry(call);
    }

    public void Next()
    {
        if (simulation.IsProven)
            return;
        var key = PickKey();
        var (kind, recorded) = PickOperation(key);
        Begin(key, kind, recorded);
    }

    // After the heal: what still lacks proof of progress.
    private int PickKey()
    {
        if (!simulation.IsHealed)
            return simulation.Random.Next(simulation.Keys.Length);
        var from = simulation.Random.Next(simulation.Keys.Length);
        return Enumerable.Range(from, simulation.Keys.Length).Select(i => i % simulation.Keys.Length).First(key => simulation.Progress[key] != Progress.Proven);
    }

    private (OperationKind Kind, Recorded Recorded) PickOperation(int key)
    {
        var random = simulation.Random;
        if (simulation.IsHealed)
        {
            return simulation.Progress[key].HasFlag(Progress.Written)
                ? (OperationKind.Fetch, Recorded.Fetch())
                : (OperationKind.Store, Recorded.Store(++simulation.NextValue));
        }

        // Each write of unknown outcome doubles what the checker has to consider; past a few, clients only look.
        if (random.NextDouble() < simulation.Options.ReadShare || simulation.Unknown[key] >= MaxUnknown)
            return (OperationKind.Fetch, Recorded.Fetch());
        var value = ++simulation.NextValue;
        switch (random.Next(11))
        {
            case 0 or 1 or 2:
                return (OperationKind.Store, random.Next(4) == 0 ? Recorded.Store(value, ifAbsent: true) : Recorded.Store(value));
            case 3:
                return (OperationKind.Update, Recorded.Update(value));
            case 4 or 5:
                return (OperationKind.Delete, Recorded.Delete());
            case 10:
                return (OperationKind.Touch, Recorded.Touch());
            case 6 or 7:
                return (OperationKind.TestAndSet, Recorded.TestAndSet(Told.Absent, value));
            default:
                return (OperationKind.TestAndSet, Recorded.TestAndSet(_seen.GetValueOrDefault(key, Told.Absent), value));
        }
    }

    private void Begin(int key, OperationKind kind, Recorded recorded)
    {
        var random = simulation.Random;
        var own = !simulation.IsHealed && random.NextDouble() < simulation.Options.OwnRequestId;
        var (id, mark, deadline) = origin.Stamp(simulation.Keys[key], own);
        var operation = new Operation
        {
            Id = id,
            Mark = mark,
            Deadline = deadline,
            Kind = kind,
            Value = kind is OperationKind.Fetch or OperationKind.Delete or OperationKind.Touch ? default : Encode(recorded.Value),
            IfAbsent = recorded.IfAbsent,
            Expect = kind == OperationKind.TestAndSet && recorded.Expect != Told.Absent ? Encode(recorded.Expect) : null,
            TimeToLive = kind is OperationKind.Store or OperationKind.Touch && !simulation.IsHealed && simulation.Expiring[key] < MaxExpiring && random.NextDouble() < simulation.Options.ExpiryShare
                ? TimeSpan.FromMilliseconds(random.Next(1, 300))
                : TimeSpan.Zero,
        };
        var number = simulation.History.Invoke(index, key, recorded, simulation.Step);
        var call = new Call(operation, recorded, key, number, simulation.Step, own && random.Next(2) == 0);
        _call = call;
        Send(call);
        var hedge = 15 + random.Next(40);
        simulation.At(simulation.Now + hedge, () => Hedge(call, hedge));
        simulation.At(simulation.Now + Patience, () => GiveUp(call));
    }

    private void Hedge(Call call, int interval)
    {
        if (_call != call || call.Sends > 6)
            return;
        Send(call);
        simulation.At(simulation.Now + interval, () => Hedge(call, interval));
    }

    private void Send(Call call)
    {
        // Mostly the key's own host, as a directory would have it; but clients may disagree on which that is.
        var silo = simulation.PickSilo(call.Key, isFirst: call.Sends == 0);
        call.Sends++;
        if (simulation.Happens(simulation.Options.Drop))
            return;
        simulation.At(simulation.Now + simulation.Delay(), () =>
        {
            var key = simulation.Keys[call.Key];
            if (!simulation.Options.IsAvailable || simulation.IsHealed)
            {
                silo.Host.Submit(call.Operation, key, Patience, Answer);
                return;
            }

            // The silo gives up on the quorum while the caller still waits.
            silo.Host.Submit(call.Operation, key, Patience / 3, outcome =>
            {
                if (outcome is Outcome.NotDone { Reason: GivenUp.NoQuorum or GivenUp.TimedOut } or Outcome.Unknown { Reason: GivenUp.NoQuorum or GivenUp.TimedOut })
                    silo.Pending.Accept(call.Operation, key, isAccepted => Answer(isAccepted ? Accepted : outcome));
                else
                    Answer(outcome);
            });
        });

        void Answer(Outcome outcome)
        {
            if (!simulation.Happens(simulation.Options.Drop))
                simulation.At(simulation.Now + simulation.Delay(), () => Receive(call, outcome));
        }
    }

    private void Receive(Call call, Outcome outcome)
    {
        if (_call != call)
            return;
        switch (outcome)
        {
            case Outcome.NotDone or Outcome.TooLate { NeverProposed: true }:
                if (outcome is Outcome.TooLate late)
                    origin.Observe(late.Stamp);
                // Not done is final only where each copy says so; one that got lost may still be under way.
                if (++call.NotDone == call.Sends)
                    End(call, Checking.Histories.Answer.NotDone);
                break;
            case Outcome.TooLate unknown:
                origin.Observe(unknown.Stamp);
                break;
            case Outcome.Unknown:
                break;
            case Outcome.Merged:
                End(call, Checking.Histories.Answer.Unknown);
                break;
            default:
                End(call, ToAnswer(call, outcome));
                break;
        }
    }

    private void GiveUp(Call call)
    {
        if (_call != call)
            return;
        if (call.Again && !simulation.IsHealed)
        {
            // A caller with an id of its own comes back with it after a while.
            call.Again = false;
            simulation.At(simulation.Now + simulation.Random.Next(300), () =>
            {
                if (_call != call)
                    return;
                Send(call);
                simulation.At(simulation.Now + Patience, () => GiveUp(call));
            });
            return;
        }

        End(call, Checking.Histories.Answer.Unknown);
    }

    private void End(Call call, Checking.Histories.Answer answer)
    {
        _call = null;
        var key = simulation.Keys[call.Key];
        origin.Close(key, call.Operation.Id);
        simulation.Trace($"client {index}: {call.Operation.Id} {call.Recorded} -> {answer}");
        simulation.History.Return(call.Number, answer, simulation.Step);
        if (answer.Kind != AnswerKind.NotDone)
            NoteExpiry(call);
        if (answer.Kind == AnswerKind.Unknown && !call.Operation.IsRead)
            simulation.Unknown[call.Key]++;
        if (answer.Kind is not (AnswerKind.Unknown or AnswerKind.NotDone))
        {
            if (answer.Version > 0)
                simulation.Invariants.Acknowledged(key, call.Operation.Id, answer.Version);
            if (simulation.IsHealed)
                simulation.Progress[call.Key] |= call.Operation.IsRead ? Progress.Read : Progress.Written;
            if (answer.Value != Told.Nothing)
                _seen[call.Key] = answer.Value;
        }

        simulation.At(simulation.Now + 1 + simulation.Random.Next(ThinkTime), Next);
    }

    // The model knows no expiry: a value that may expire is a value that somebody may delete at any time.
    private void NoteExpiry(Call call)
    {
        if (call.Operation.TimeToLive <= TimeSpan.Zero)
            return;
        simulation.Expiring[call.Key]++;
        simulation.History.Invoke(index, call.Key, Recorded.Delete(), call.Invoked);
    }

    private static Checking.Histories.Answer ToAnswer(Call call, Outcome outcome) => outcome switch
    {
        Outcome.Stored { Created: true } stored => Checking.Histories.Answer.Created(stored.Version),
        Outcome.Stored stored => Checking.Histories.Answer.Done(stored.Version),
        Outcome.Updated updated => Checking.Histories.Answer.Done(updated.Version),
        Outcome.Touched touched => Checking.Histories.Answer.Done(touched.Version),
        Outcome.Deleted deleted => Checking.Histories.Answer.Done(deleted.Version),
        Outcome.Swapped swapped => Checking.Histories.Answer.Done(swapped.Version),
        Outcome.NotSwapped { Version: 0 } => Checking.Histories.Answer.Failed(0, Told.Absent),
        Outcome.NotSwapped failed => Checking.Histories.Answer.Failed(failed.Version, failed.Current is { } current ? Decode(current.Value) : Told.Nothing),
        Outcome.Found found => Checking.Histories.Answer.Found(Decode(found.State.Value), found.State.Version),
        Outcome.NotFound => Checking.Histories.Answer.NotFound,
        Outcome.ConditionFailed failed => Checking.Histories.Answer.Failed(failed.Version),
        _ => throw new InvalidOperationException($"{call.Operation}: {outcome}"),
    };

    private static byte[] Encode(long value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));

    private static long Decode(ReadOnlyMemory<byte> value) => long.Parse(value.Span, CultureInfo.InvariantCulture);

    private sealed class Call(Operation operation, Recorded recorded, int key, int number, long invoked, bool again)
    {
        public Operation Operation { get; } = operation;
        public Recorded Recorded { get; } = recorded;
        public int Key { get; } = key;
        public int Number { get; } = number;
        public long Invoked { get; } = invoked;
        public bool Again { get; set; } = again;
        public int Sends { get; set; }
        public int NotDone { get; set; }
    }
}
