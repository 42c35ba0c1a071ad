namespace Orleans.Kv.Tests.Checking.Histories;

/// <summary>
/// What clients saw: their operations on numbered keys, each from its invocation to its answer. Times are whatever the recorder
/// likes, as long as all of them come from one clock: simulated steps, or <see cref="System.Diagnostics.Stopwatch"/> ticks. Two events at
/// the same time count as concurrent.
/// </summary>
/// <remarks>
/// Safe to use from several threads. For a history that proves something take the time *before* the request is handed to anything,
/// and *after* the answer is in the client's hands.
/// </remarks>
public sealed class History
{
    private readonly Lock _gate = new();
    private readonly List<HistoryEntry> _entries = [];

    /// <summary>How many operations were invoked.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    /// <summary>Notes a request that is about to be sent; its outcome is unknown until <see cref="Return"/>. Returns its number.</summary>
    public int Invoke(int client, int key, in Operation operation, long now)
    {
        lock (_gate)
        {
            _entries.Add(new HistoryEntry(client, key, operation, now, HistoryEntry.Open, Answer.Unknown));
            return _entries.Count - 1;
        }
    }

    /// <summary>
    /// Notes the answer of operation <paramref name="number"/>. <see cref="Answer.Unknown"/> leaves it open for ever;
    /// <see cref="Answer.NotDone"/> takes it out of the history: should it have happened after all, somebody's answer will not fit.
    /// </summary>
    public void Return(int number, in Answer answer, long now)
    {
        lock (_gate)
        {
            var entry = _entries[number];
            if (entry.Answer.Kind != AnswerKind.Unknown || entry.Returned != HistoryEntry.Open)
                throw new InvalidOperationException($"Operation {number} has its answer already: {entry}.");
            if (now < entry.Invoked)
                throw new ArgumentOutOfRangeException(nameof(now), $"The answer ({now}) comes before its request: {entry}.");
            var returned = answer.Kind == AnswerKind.Unknown ? HistoryEntry.Open : now;
            _entries[number] = entry with { Answer = answer, Returned = returned };
        }
    }

    /// <summary>Adds an operation with its answer, for histories written by hand.</summary>
    public History Add(int client, int key, in Operation operation, in Answer answer, long invoked, long returned)
    {
        Return(Invoke(client, key, operation, invoked), answer, returned);
        return this;
    }

    /// <summary>The operations in the order of their invocation calls, as they are known now.</summary>
    public HistoryEntry[] Snapshot()
    {
        lock (_gate)
            return [.. _entries];
    }
}
