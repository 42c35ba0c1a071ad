namespace Orleans.Kv.Api.Watching;

/// <summary>
/// Puts what is heard of one key into the order of its versions: each version once, none after a later one. What is heard comes from several silos, so that versions overtake each other, and
/// may be read instead of heard, or only hinted at.
/// </summary>
/// <remarks>
/// A change that follows the last one told is told at once. One that leaves a gap is held back for a moment, in which the missing ones may come; then it is told as it is, with what was skipped. A hint says that a
/// later version may have been committed: if no change with it comes within a moment, somebody must read the key. Pure: the caller keeps the time, in milliseconds, and one thread at a time.
/// </remarks>
internal sealed class KeySequence(string key)
{
    /// <summary>How long a change waits for the ones before it. Two proposers tell of their rounds within a silo's answer to a poll of each other, which takes some milliseconds, unless a silo is ill.</summary>
    public const long HoldMilliseconds = 250;

    /// <summary>The same where nobody knows what came before: most often nothing did. A key that is new to its slot may begin with any number.</summary>
    public const long HoldUnknownMilliseconds = 100;

    /// <summary>How long after a hint its change should have come. Above a round's time and above <see cref="HoldMilliseconds"/>.</summary>
    public const long HintMilliseconds = 300;

    /// <summary>Changes that may be held back for those before them; with one more, the gap is taken for lost.</summary>
    public const int MaxHeld = 1_024;

    /// <summary>The same in bytes; one change that is larger is held all the same.</summary>
    public const int MaxHeldBytes = 16 << 20;

    private readonly SortedList<long, WatchEvent> _held = [];
    private long _heldBytes;
    private long _heldUntil;
    private long _hinted;
    private bool _hintedAgain;
    private bool _doubted;
    private long _readDue;

    public string Key { get; } = key;

    /// <summary>The last version told; -1 while nobody knows of any.</summary>
    public long Last { get; private set; } = -1;

    /// <summary>The last thing told was a value.</summary>
    public bool IsLive { get; private set; }

    /// <summary>When something last happened here.</summary>
    public long TouchedAt { get; private set; }

    /// <summary>Somebody reads the key for <see cref="Found"/>.</summary>
    public bool IsBeingRead { get; private set; }

    /// <summary>When <see cref="Due"/> has something to do; null when it waits for nothing.</summary>
    public long? NextDue
    {
        get
        {
            long? due = _held.Count > 0 ? _heldUntil : null;
            if (IsReadWanted) due = Math.Min(due ?? long.MaxValue, _readDue);
            return due;
        }
    }

    private bool IsReadWanted => !IsBeingRead && (_doubted || _hinted > Last);

    /// <summary>A committed version, from whoever committed it or from a read.</summary>
    public void Receive(WatchEvent change, long now, List<WatchEvent> told)
    {
        TouchedAt = now;
        if (change.Version <= Last || !_held.TryAdd(change.Version, change)) return;
        _heldBytes += change.Size;
        if (_held.Count == 1) _heldUntil = now + (Last < 0 ? HoldUnknownMilliseconds : HoldMilliseconds);
        TellFollowing(told);
        if (_held.Count > MaxHeld || _heldBytes > MaxHeldBytes) TellAll(told);
    }

    /// <summary>A replica has stored a version that may or may not come to be committed.</summary>
    public void Hint(long version, long now)
    {
        TouchedAt = now;
        if (version <= Last || (_held.Count > 0 && version <= _held.Keys[^1])) return;
        if (!IsReadWanted) _readDue = now + HintMilliseconds;
        _hinted = Math.Max(_hinted, version);
        _hintedAgain = true;
    }

    /// <summary>Something may have been missed: the key is to be read.</summary>
    public void Doubt(long now)
    {
        _doubted = true;
        _readDue = now;
    }

    /// <summary>Tells what has been held back for long enough. True for the one who must read the key now: then <see cref="Found"/> or <see cref="Failed"/> follows.</summary>
    public bool Due(long now, List<WatchEvent> told)
    {
        if (_held.Count > 0 && now >= _heldUntil) TellAll(told);
        if (!IsReadWanted || now < _readDue) return false;
        IsBeingRead = true;
        _doubted = false;
        _hintedAgain = false;
        return true;
    }

    /// <summary>Something happens here.</summary>
    public void Touch(long now) => TouchedAt = now;

    /// <summary>What a strong read found, which began after <see cref="Due"/> asked for it: a version hinted at before that is not in it has been decided against.</summary>
    /// <param name="found">Null where there is nothing, and no version known.</param>
    /// <param name="now">The time.</param>
    /// <param name="told">Receives what is to be told.</param>
    public void Found(WatchEvent? found, long now, List<WatchEvent> told)
    {
        IsBeingRead = false;
        if (found is null)
        {
            // It was deleted, and forgotten since. By then its version had risen at least by one, and what comes back starts above the true one.
            if (IsLive && _held.Count == 0) Receive(new WatchEvent(WatchEventKind.Deleted, Key, Last + 1), now, told);
        }
        else if (Last < 0 && found.Kind != WatchEventKind.Stored)
        {
            // Nobody was ever told of it, so nobody needs to hear that it is gone.
            Start(found.Version, isLive: false, now, told);
        }
        else
        {
            Receive(found, now, told);
        }

        if (!_hintedAgain) _hinted = 0;
        _readDue = now + HintMilliseconds;
    }

    /// <summary>The read has failed, and is to be tried again then.</summary>
    public void Failed(long retryAt)
    {
        IsBeingRead = false;
        _doubted = true;
        _readDue = retryAt;
    }

    /// <summary>What a watcher has read before it is told anything: what came last, where nothing is known yet.</summary>
    public void Start(long version, bool isLive, long now, List<WatchEvent> told)
    {
        TouchedAt = now;
        if (version <= Last) return;
        Last = version;
        IsLive = isLive;
        while (_held.Count > 0 && _held.Keys[0] <= Last) RemoveFirst();
        TellFollowing(told);
    }

    private void TellFollowing(List<WatchEvent> told)
    {
        while (_held.Count > 0 && IsNext(_held.Values[0])) TellFirst(told);
    }

    // A key that was forgotten for good goes on with any higher number. But if what was told last is a value, then its deletion is missing.
    private bool IsNext(WatchEvent change) => change.Previous switch
    {
        > 0 => Last >= change.Previous,
        0 => !IsLive,
        _ => change.Version == Last + 1,
    };

    private long SkippedBefore(WatchEvent change)
    {
        // Where nothing is known of before, there is nothing to count from.
        if (Last < 0 || IsNext(change)) return 0;
        return change.Previous > 0 ? change.Previous - Last : change.Version - Last - 1;
    }

    private void TellAll(List<WatchEvent> told)
    {
        while (_held.Count > 0) TellFirst(told);
    }

    private void TellFirst(List<WatchEvent> told)
    {
        var first = RemoveFirst();
        told.Add(first.After(SkippedBefore(first)));
        Last = first.Version;
        IsLive = first.Kind == WatchEventKind.Stored;
    }

    private WatchEvent RemoveFirst()
    {
        var first = _held.Values[0];
        _held.RemoveAt(0);
        _heldBytes -= first.Size;
        return first;
    }
}
