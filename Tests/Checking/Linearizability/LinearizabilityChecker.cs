using System.Globalization;
using System.Runtime.InteropServices;
using Orleans.Kv.Tests.Checking.Histories;

namespace Orleans.Kv.Tests.Checking.Linearizability;

/// <summary>
/// Decides whether a history of registers is linearizable: whether every operation can be given one moment between its
/// invocation and its answer so that the operations, taken one after another in the order of those moments, give exactly the answers that
/// the clients got. An operation of unknown outcome has its moment anywhere after its invocation, or none.
/// </summary>
/// <remarks>
/// Linearizability is local (Herlihy and Wing, 1990): a history is linearizable when its part on each key is, so keys are searched one by
/// one. The search is Lowe's just-in-time linearization ("Testing for linearizability", 2017): walk through the events in time,
/// keep every state the register may be in together with the set of running operations that have taken effect in it, and let
/// operations take effect only when an answer demands it. What keeps the sets small:
/// <list type="bullet">
/// <item>an operation that changes nothing takes effect as soon as it can: no other order could allow more;</item>
/// <item>answers carry versions, so a state whose version has passed what a running or coming answer will say is dead at once;</item>
/// <item>of two states that differ only in that one has used up more operations of unknown outcome, the other one covers both.</item>
/// </list>
/// One checker may be used for many histories, by one thread at a time; it keeps its buffers.
/// </remarks>
public sealed class LinearizabilityChecker
{
    private readonly List<HistoryEntry> _ofKey = [];
    private readonly KeySearch _search = new();

    /// <summary>Checks all keys and reports the first that cannot be explained.</summary>
    public CheckResult Check(History history)
    {
        ArgumentNullException.ThrowIfNull(history);
        return Check(history.Snapshot());
    }

    /// <inheritdoc cref="Check(History)"/>
    public CheckResult Check(HistoryEntry[] entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var byKey = (HistoryEntry[])entries.Clone();
        Array.Sort(byKey, static (a, b) => a.Key != b.Key ? a.Key.CompareTo(b.Key) : a.Invoked.CompareTo(b.Invoked));
        CheckResult? undecided = null;
        for (var start = 0; start < byKey.Length;)
        {
            var end = start;
            _ofKey.Clear();
            for (; end < byKey.Length && byKey[end].Key == byKey[start].Key; end++)
            {
                if (Matters(byKey[end]))
                    _ofKey.Add(byKey[end]);
            }

            var result = CheckKey(byKey[start].Key);
            if (result.Verdict == Verdict.Violation)
                return result;
            if (result.Verdict == Verdict.Undecided)
                undecided ??= result;
            start = end;
        }

        return undecided ?? CheckResult.Linearizable;
    }

    /// <summary>What never happened, and a read that nobody got an answer to, say nothing.</summary>
    private static bool Matters(in HistoryEntry entry) => entry.Answer.Kind switch
    {
        AnswerKind.NotDone => false,
        AnswerKind.Unknown => entry.Operation.Kind != OperationKind.Fetch,
        _ => true,
    };

    private CheckResult CheckKey(int key)
    {
        var entries = CollectionsMarshal.AsSpan(_ofKey);
        var verdict = _search.Run(entries, lookAhead: true);
        if (verdict == Verdict.Linearizable)
            return CheckResult.Linearizable;

        // Looking ahead finds that there is no way on long before a reader of the report would; so look again with open eyes only.
        if (verdict == Verdict.Violation && _search.Run(entries, lookAhead: false) != Verdict.Violation)
            _search.Run(entries, lookAhead: true);
        return new CheckResult(verdict, string.Create(CultureInfo.InvariantCulture, $"key {key}: {_search.Explain(entries)}"));
    }
}
