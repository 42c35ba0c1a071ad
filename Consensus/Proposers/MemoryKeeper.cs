using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Orleans.Kv.Consensus;

/// <summary>
/// Carries a state's memory of operations over to the next state: adds the outcomes of this round, and forgets what can never be asked for again.
/// Reused from round to round.
/// <para>
/// Why nothing that is forgotten can be applied again. An outcome is forgotten either because its deadline lies before the new state's stamp: every later
/// state has a later stamp, so a copy of the operation is "too late" (rule 3). Or because its number lies below its origin's mark: then the mark itself stands
/// in for it (rule 2) until the stamp has passed the mark's guard, which is at least that operation's deadline, and rule 3 takes over.
/// </para>
/// </summary>
internal sealed class MemoryKeeper
{
    // Past so many new outcomes in one round a dictionary beats walking through the list.
    private const int ScanLimit = 16;

    private readonly List<RememberedOutcome> _added = [];
    private readonly Dictionary<OperationId, RememberedOutcome> _index = [];
    private readonly List<OriginMark> _marks = [];
    private OperationMemory _adopted = OperationMemory.Empty;

    /// <summary>Begins a round on an adopted memory. The marks of the whole round count from its start.</summary>
    public void Begin(OperationMemory adopted, List<PendingOperation> batch)
    {
        _adopted = adopted;
        _added.Clear();
        _index.Clear();
        _marks.Clear();
        _marks.AddRange(adopted.Marks.AsSpan());
        foreach (var pending in batch)
        {
            var operation = pending.Operation;
            if (operation.Mark <= 0 || operation.IsRead)
                continue;
            var at = FindMark(operation.Id.Origin);
            if (at < 0)
                _marks.Insert(~at, new OriginMark(operation.Id.Origin, operation.Mark, HybridTimestamp.Zero));
            else if (_marks[at].Mark < operation.Mark)
                _marks[at] = _marks[at] with { Mark = operation.Mark };
        }
    }

    /// <summary>Rule 1: is there an outcome already, in the adopted state or from earlier in this round?</summary>
    public bool TryRecall(OperationId id, out RememberedOutcome outcome)
    {
        if (_adopted.TryFind(id, out outcome))
            return true;
        if (_added.Count > ScanLimit)
            return _index.TryGetValue(id, out outcome);
        foreach (var added in _added)
        {
            if (added.Id == id)
            {
                outcome = added;
                return true;
            }
        }

        return false;
    }

    /// <summary>Rule 2: does its origin say that it is answered?</summary>
    public bool IsGhost(OperationId id)
    {
        var at = FindMark(id.Origin);
        return at >= 0 && id.Number < _marks[at].Mark;
    }

    public void Remember(in RememberedOutcome outcome)
    {
        _added.Add(outcome);
        if (_added.Count > ScanLimit)
        {
            if (_index.Count == 0)
            {
                foreach (var added in _added)
                    _index.TryAdd(added.Id, added);
            }
            else
            {
                _index.TryAdd(outcome.Id, outcome);
            }
        }

        var at = FindMark(outcome.Id.Origin);
        if (at >= 0)
            Guard(at, outcome.Deadline);
    }

    /// <summary>How many entries would be left of the adopted memory in a state with that stamp, this round's marks included.</summary>
    public int CountSurvivors(HybridTimestamp stamp)
    {
        var count = _marks.Count;
        foreach (var outcome in _adopted.Outcomes)
        {
            if (Survives(outcome, stamp))
                count++;
        }

        return count;
    }

    public OperationMemory Finish(HybridTimestamp stamp)
    {
        foreach (var outcome in _adopted.Outcomes)
        {
            var at = FindMark(outcome.Id.Origin);
            if (at >= 0 && outcome.Id.Number < _marks[at].Mark)
                Guard(at, outcome.Deadline);
        }

        return new OperationMemory(Merge(stamp), KeptMarks(stamp));
    }

    // This round's own outcomes stay, whatever their deadlines: a proposer whose clock is far ahead would otherwise forget what it has just applied, and
    // answer the first retry with "unknown".
    private ImmutableArray<RememberedOutcome> Merge(HybridTimestamp stamp)
    {
        var survivors = 0;
        foreach (var outcome in _adopted.Outcomes)
        {
            if (Survives(outcome, stamp))
                survivors++;
        }

        if (survivors + _added.Count == 0)
            return [];

        _added.Sort();
        var merged = new RememberedOutcome[survivors + _added.Count];
        int to = 0, next = 0;
        foreach (var outcome in _adopted.Outcomes)
        {
            if (!Survives(outcome, stamp))
                continue;
            while (next < _added.Count && _added[next].Id < outcome.Id)
                merged[to++] = _added[next++];
            merged[to++] = outcome;
        }

        while (next < _added.Count)
            merged[to++] = _added[next++];
        return ImmutableCollectionsMarshal.AsImmutableArray(merged);
    }

    private ImmutableArray<OriginMark> KeptMarks(HybridTimestamp stamp)
    {
        var kept = 0;
        foreach (var mark in _marks)
        {
            if (mark.Guard >= stamp)
                kept++;
        }

        if (kept == 0)
            return [];
        var marks = new OriginMark[kept];
        var to = 0;
        foreach (var mark in _marks)
        {
            if (mark.Guard >= stamp)
                marks[to++] = mark;
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(marks);
    }

    private bool Survives(in RememberedOutcome outcome, HybridTimestamp stamp) => outcome.Deadline >= stamp && !IsGhost(outcome.Id);

    private void Guard(int at, HybridTimestamp deadline)
    {
        var mark = _marks[at];
        if (mark.Guard < deadline)
            _marks[at] = mark with { Guard = deadline };
    }

    private int FindMark(OriginId origin)
    {
        int low = 0, high = _marks.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = _marks[middle].Origin.CompareTo(origin);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return ~low;
    }
}
