using Orleans.Kv.Tests.Checking.Histories;

namespace Orleans.Kv.Tests.CheckingTests;

/// <summary>
/// Histories of clients of a register that is correct by construction: every operation takes effect in one step of a plain dictionary
/// of one key, at a random moment between its invocation and its answer; some answers are lost, some of these take effect much later or never.
/// </summary>
internal sealed class RandomHistories(int seed)
{
    private readonly Random _random = new(seed);
    private bool _present;
    private long _value;
    private long _version;

    private sealed record Plan(int Client, Operation Operation, long Invoked, long Effect, long Returned, bool Lost);

    public List<HistoryEntry> Next(int clients, int operationsPerClient, int lostPercent, bool fewValues, bool tellVersions = true)
    {
        (_present, _value, _version) = (false, 0, 0);
        var plans = new List<Plan>();
        var value = 0L;
        for (var client = 0; client < clients; client++)
        {
            var now = (long)_random.Next(20);
            for (var i = 0; i < operationsPerClient; i++)
            {
                var invoked = now;
                var effect = invoked + _random.Next(1, 15);
                var returned = effect + _random.Next(0, 15);
                var lost = _random.Next(100) < lostPercent;
                if (lost)
                    effect = _random.Next(3) switch { 0 => long.MaxValue, 1 => effect + _random.Next(200), _ => effect };
                plans.Add(new Plan(client, Draw(fewValues ? _random.Next(3) : ++value), invoked, effect, returned, lost));
                now = returned + 1 + _random.Next(10);
            }
        }

        var entries = new List<HistoryEntry>();
        foreach (var plan in plans.OrderBy(plan => plan.Effect).ThenBy(_ => _random.Next()))
        {
            // A condition that is to hold now and then must know the register.
            var operation = Aim(plan.Operation);
            var answer = plan.Effect == long.MaxValue ? Answer.Unknown : Apply(operation, tellVersions);
            entries.Add(plan.Lost
                ? new HistoryEntry(plan.Client, 0, operation, plan.Invoked, HistoryEntry.Open, Answer.Unknown)
                : new HistoryEntry(plan.Client, 0, operation, plan.Invoked, plan.Returned, answer));
        }

        return entries;
    }

    private Operation Draw(long value) => _random.Next(13) switch
    {
        < 4 => Operation.Fetch(),
        4 => Operation.Store(value, ifAbsent: true),
        5 => Operation.Store(value, ifVersion: 0),
        < 8 => Operation.Store(value),
        8 => Operation.Update(value, _random.Next(3) == 0 ? 0 : Told.Nothing),
        10 => Operation.Touch(_random.Next(3) == 0 ? 0 : Told.Nothing),
        9 => Operation.Delete(_random.Next(3) == 0 ? 0 : Told.Nothing),
        _ => Operation.TestAndSet(Told.Absent, value),
    };

    private Operation Aim(Operation operation)
    {
        if (operation.Kind == OperationKind.TestAndSet && _random.Next(4) != 0)
            return Operation.TestAndSet(_present ? _value : Told.Absent, operation.Value);
        if (operation.IfVersion != 0)
            return operation;
        var version = Math.Max(1, _version - _random.Next(2));
        return operation.Kind switch
        {
            OperationKind.Store => Operation.Store(operation.Value, version),
            OperationKind.Update => Operation.Update(operation.Value, version),
            OperationKind.Touch => Operation.Touch(version),
            _ => Operation.Delete(version),
        };
    }

    private Answer Apply(in Operation operation, bool tellVersions)
    {
        var version = tellVersions ? (_present ? _version : 0) : Told.Nothing;
        var versionFails = operation.IfVersion != Told.Nothing && (!_present || operation.IfVersion != _version);
        switch (operation.Kind)
        {
            case OperationKind.Fetch:
                return _present ? Answer.Found(_value, version) : Answer.NotFound;
            case OperationKind.Update or OperationKind.Delete or OperationKind.Touch when !_present:
                return Answer.NotFound;
            case OperationKind.TestAndSet when operation.Expect != (_present ? _value : Told.Absent):
                return Answer.Failed(version, _present ? _value : Told.Absent);
            case OperationKind.Store when versionFails || (operation.IfAbsent && _present):
            case OperationKind.Update or OperationKind.Delete or OperationKind.Touch when versionFails:
                return Answer.Failed(version);
            case OperationKind.Delete:
                _present = false;
                _version++;
                return Answer.Done();
            default:
                var created = operation.Kind == OperationKind.Store && !_present;
                (_present, _value, _version) = (true, operation.Kind == OperationKind.Touch ? _value : operation.Value, _version + 1);
                version = tellVersions ? _version : Told.Nothing;
                return created ? Answer.Created(version) : Answer.Done(version);
        }
    }
}
