using Orleans.Kv.Tests.Checking.Histories;

namespace Orleans.Kv.Tests.CheckingTests;

/// <summary>Faults of a store, each made by changing one thing that a client of a correct one saw. Null where the history offers no place for it.</summary>
internal static class Mutation
{
    public static readonly IReadOnlyDictionary<string, Func<List<HistoryEntry>, Random, List<HistoryEntry>?>> All =
        new Dictionary<string, Func<List<HistoryEntry>, Random, List<HistoryEntry>?>>
        {
            ["a read of a value that was never written"] = (h, r) => Change(h, r, IsFound, e => e with { Answer = e.Answer with { Value = 1_000_000 } }),
            ["a read of an earlier value under the present version"] = (h, r) => Change(h, r, e => IsFound(e) && e.Answer.Value > 1, e => e with { Answer = e.Answer with { Value = e.Answer.Value - 1 } }),
            ["a read with a version from the past"] = (h, r) => Change(h, r, e => IsFound(e) && e.Answer.Version > 1 && !h.Exists(o => o.Operation.Kind == OperationKind.Touch && Overlaps(o, e)), e => e with { Answer = e.Answer with { Version = e.Answer.Version - 1 } }),
            ["an acknowledged write that is gone"] = (h, r) => Change(h, r, e => IsWritten(e) && h.Exists(o => IsFound(o) && o.Answer.Version == e.Answer.Version), e => e with { Answer = Answer.NotDone }),
            ["a value that is there, not found"] = (h, r) => Change(h, r, e => IsFound(e) && !h.Exists(o => MayExplainAbsence(o, e)), e => e with { Answer = Answer.NotFound }),
            ["a test-and-set that reports the opposite"] = (h, r) => Change(
                h,
                r,
                e => e.Operation.Kind == OperationKind.TestAndSet && e.Answer.Kind == AnswerKind.Done,
                e => e with { Answer = Answer.Failed(e.Answer.Version, e.Operation.Expect) }),
            ["a write reported twice"] = (h, r) => Duplicate(h, r),
        };

    private static bool IsFound(HistoryEntry entry) => entry.Operation.Kind == OperationKind.Fetch && entry.Answer.Kind == AnswerKind.Done;

    private static bool MayExplainAbsence(HistoryEntry other, HistoryEntry read) =>
        (other.Operation.Kind == OperationKind.Delete || other.Operation.IfAbsent || other.Answer.Kind == AnswerKind.Created || other.Operation.Expect == Told.Absent)
        && Overlaps(other, read);

    private static bool Overlaps(HistoryEntry one, HistoryEntry other) => one.Invoked <= other.Returned && one.Returned >= other.Invoked;

    private static bool IsWritten(HistoryEntry entry) => entry.Operation.Kind == OperationKind.Store && entry.Answer.Version > 0
        && entry.Answer.Kind is AnswerKind.Done or AnswerKind.Created;

    private static List<HistoryEntry>? Change(
        List<HistoryEntry> history,
        Random random,
        Predicate<HistoryEntry> where,
        Func<HistoryEntry, HistoryEntry> how)
    {
        var places = Enumerable.Range(0, history.Count).Where(i => where(history[i])).ToArray();
        if (places.Length == 0)
            return null;
        var place = places[random.Next(places.Length)];
        var changed = new List<HistoryEntry>(history);
        changed[place] = how(changed[place]);
        return changed;
    }

    private static List<HistoryEntry>? Duplicate(List<HistoryEntry> history, Random random)
    {
        var places = history.Where(IsWritten).ToArray();
        if (places.Length == 0)
            return null;
        var twice = places[random.Next(places.Length)];
        return [.. history, twice with { Client = 99 }];
    }
}
