using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Changes;

namespace Orleans.Kv.Grains.Changes;

/// <summary>
/// What waits for one subscriber, numbered from 1 in the order of its coming, until it is acknowledged. Entries that were handed out once stay as they are, so that a question
/// may be repeated.
/// <para>
/// Changes answer a waiting question at once. Hints do so only after <see cref="HintDelay"/>, as mostly the change itself follows within a round trip and makes the hint unnecessary; a
/// key's hints that wait are one.
/// </para>
/// <para>
/// When too much waits all of it is dropped, and the place is marked as lost up to a number. Whatever comes afterwards waits as before: who asks from an earlier number is
/// told to read anew and to go on from there.
/// </para>
/// </summary>
internal sealed class Subscription
{
    /// <summary>How long a hint waits for the change before it answers a question by itself: well above a round trip, well below what those who hear it wait for the change.</summary>
    public static readonly TimeSpan HintDelay = TimeSpan.FromMilliseconds(50);

    // An entry's own objects and its place here, beside key and value.
    private const int FixedBytes = 160;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ChangeCounters _counters;
    private readonly ITimer _hintTimer;
    private readonly Queue<Waiting> _queue = new();
    private readonly Dictionary<Key, Waiting> _hints = new(Key.Comparer);
    private TaskCompletionSource? _question;
    private bool _hintTimerRuns;
    private bool _closed;
    private long _number;
    private long _lostUpTo;
    private long _bytes;
    private int _questions;
    private long _lastAsked;

    public Subscription(TimeProvider time, ChangeCounters counters)
    {
        _time = time;
        _counters = counters;
        _lastAsked = time.GetTimestamp();
        _hintTimer = time.CreateTimer(static self => ((Subscription)self!).OnHintTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public Guid Id { get; } = Guid.NewGuid();

    /// <summary>Nobody has asked for too long.</summary>
    public bool IsForsaken
    {
        get
        {
            lock (_gate) return _questions == 0 && _time.GetElapsedTime(_lastAsked) > ChangeLimits.SubscriberPatience;
        }
    }

    /// <summary>The subscriber has given a sign of life.</summary>
    public void Touch()
    {
        lock (_gate) _lastAsked = _time.GetTimestamp();
    }

    public void Add(Key key, ChangeEntry entry)
    {
        lock (_gate)
        {
            if (_hints.TryGetValue(key, out var hint) && hint.Entry!.Version <= entry.Version)
            {
                _hints.Remove(key);
                hint.Entry = null;
            }

            if (!TryEnqueue(entry, BytesOf(key) + (entry.Value?.Length ?? 0), hinted: null)) return;
            _counters.OnChange();
            _question?.TrySetResult();
        }
    }

    public void AddHint(Key key, long version, long stamp)
    {
        lock (_gate)
        {
            if (_hints.TryGetValue(key, out var waiting) && waiting.Entry!.Version >= version) return;
            var entry = new ChangeEntry { Key = key.ToString(), Version = version, Kind = ChangeKind.Hint, Stamp = stamp };
            if (waiting is not null)
            {
                waiting.Entry = entry;
                return;
            }

            if (!TryEnqueue(entry, BytesOf(key), hinted: key)) return;
            _counters.OnHint();
            if (_hintTimerRuns || _question is null) return;
            _hintTimerRuns = true;
            _hintTimer.Change(HintDelay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Acknowledges all up to the number, and answers with what follows it; where nothing does, when something comes or patience ends.</summary>
    public async Task<ChangeBatch> Poll(long after)
    {
        TaskCompletionSource question;
        lock (_gate)
        {
            _lastAsked = _time.GetTimestamp();
            Acknowledge(after);
            if (_closed || after < _lostUpTo || HasEntries()) return Compose(after);
            // A former question that still waits was given up by who asked it.
            _question?.TrySetResult();
            _question = question = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _questions++;
        }

        using (var patience = new CancellationTokenSource(ChangeLimits.PollPatience, _time))
        await using (patience.Token.UnsafeRegister(static waiting => ((TaskCompletionSource)waiting!).TrySetResult(), question))
        {
            await question.Task;
        }

        lock (_gate)
        {
            _lastAsked = _time.GetTimestamp();
            _questions--;
            // What came in goes to the question that superseded this one: two answers on their way at once could arrive in either order.
            if (_question != question) return new ChangeBatch { Status = ChangeStatus.Ok, Incarnation = Id, Last = after };
            _question = null;
            return Compose(after);
        }
    }

    /// <summary>The subscription has ended: who waits is told so.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Clear();
            _question?.TrySetResult();
        }

        _hintTimer.Dispose();
    }

    private void OnHintTimer()
    {
        lock (_gate)
        {
            _hintTimerRuns = false;
            if (_hints.Count > 0) _question?.TrySetResult();
        }
    }

    private bool TryEnqueue(ChangeEntry entry, int bytes, Key? hinted)
    {
        if (_closed) return false;
        _number++;
        if (_queue.Count >= ChangeLimits.MaxWaiting || (_queue.Count > 0 && _bytes + bytes > ChangeLimits.MaxWaitingBytes))
        {
            Clear();
            _lostUpTo = _number;
            _counters.OnOverflow();
            _question?.TrySetResult();
            return false;
        }

        var waiting = new Waiting(_number, bytes, hinted) { Entry = entry };
        _queue.Enqueue(waiting);
        _bytes += bytes;
        if (hinted is not null) _hints.Add(hinted, waiting);
        return true;
    }

    private void Acknowledge(long after)
    {
        while (_queue.TryPeek(out var waiting) && waiting.Number <= after)
        {
            _queue.Dequeue();
            _bytes -= waiting.Bytes;
            Settle(waiting);
        }
    }

    private bool HasEntries()
    {
        while (_queue.TryPeek(out var waiting))
        {
            if (waiting.Entry is not null) return true;
            _queue.Dequeue();
            _bytes -= waiting.Bytes;
        }

        return false;
    }

    private ChangeBatch Compose(long after)
    {
        if (_closed) return new ChangeBatch { Status = ChangeStatus.Unknown };
        if (after < _lostUpTo) return new ChangeBatch { Status = ChangeStatus.Lost, Incarnation = Id, Last = _lostUpTo };
        var entries = new List<ChangeEntry>();
        long bytes = 0;
        var last = after;
        foreach (var waiting in _queue)
        {
            if (entries.Count > 0 && bytes + waiting.Bytes > ChangeLimits.MaxBatchBytes) break;
            last = waiting.Number;
            if (waiting.Entry is null) continue;
            Settle(waiting);
            entries.Add(waiting.Entry);
            bytes += waiting.Bytes;
        }

        return new ChangeBatch { Status = ChangeStatus.Ok, Incarnation = Id, Last = last, Entries = [.. entries] };
    }

    /// <summary>It is handed out: if it is a hint, no later one of its key replaces it any more.</summary>
    private void Settle(Waiting waiting)
    {
        if (waiting.Hinted is { } key && _hints.TryGetValue(key, out var hint) && hint == waiting) _hints.Remove(key);
    }

    private void Clear()
    {
        _queue.Clear();
        _hints.Clear();
        _bytes = 0;
    }

    private static int BytesOf(Key key) => FixedBytes + (2 * key.Utf8.Length);

    private sealed class Waiting(long number, int bytes, Key? hinted)
    {
        public long Number => number;

        public int Bytes => bytes;

        /// <summary>Of a hint the key; null of a change.</summary>
        public Key? Hinted => hinted;

        /// <summary>Null where it is not worth telling any more.</summary>
        public ChangeEntry? Entry { get; set; }
    }
}
