namespace Orleans.Kv.Api.Routing;

/// <summary>
/// Picks coordinators for operations whose key grain does not answer: on another silo than the silent one, not asked for this operation
/// yet, and heard of lately. What it knows comes from every answer and from the monitor's regular questions.
/// </summary>
internal sealed class CoordinatorChoice
{
    private readonly Entry[] _entries;
    private int _turn;

    public CoordinatorChoice(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 64);
        _entries = new Entry[count];
        for (var i = 0; i < count; i++) _entries[i] = new Entry();
    }

    public int Count => _entries.Length;

    /// <summary>The silo behind a coordinator, where it has answered before and not been silent since.</summary>
    public string? SiloOf(int coordinator) => _entries[coordinator].Silent ? null : _entries[coordinator].Silo;

    public void Answered(int coordinator, string? silo)
    {
        var entry = _entries[coordinator];
        // Reads first: these lines are shared by all cores and almost never change.
        if (silo is not null && entry.Silo != silo) entry.Silo = silo;
        if (entry.Silent) entry.Silent = false;
    }

    public void Silent(int coordinator) => _entries[coordinator].Silent = true;

    /// <summary>
    /// The best coordinator outside <paramref name="asked"/> and elsewhere than <paramref name="silentSilo"/>. When none is left, the round
    /// starts anew: something may have changed since.
    /// </summary>
    public int Next(long asked, string? silentSilo)
    {
        var start = (int)((uint)Interlocked.Increment(ref _turn) % (uint)_entries.Length);
        var best = start;
        var bestRank = int.MinValue;
        for (var i = 0; i < _entries.Length; i++)
        {
            var candidate = (start + i) % _entries.Length;
            var rank = Rank(candidate, asked, silentSilo);
            if (rank <= bestRank) continue;
            best = candidate;
            bestRank = rank;
        }

        return best;
    }

    /// <summary>
    /// A coordinator on a silo that is not among <paramref name="asked"/> nor <paramref name="heard"/> and not silent; -1 where there is none: everybody who would answer has been asked.
    /// </summary>
    public int NextOther(long asked, IReadOnlyList<string> heard)
    {
        var start = (int)((uint)Interlocked.Increment(ref _turn) % (uint)_entries.Length);
        var best = -1;
        var bestRank = int.MinValue;
        for (var i = 0; i < _entries.Length; i++)
        {
            var candidate = (start + i) % _entries.Length;
            var entry = _entries[candidate];
            if (entry.Silent || (asked & (1L << candidate)) != 0) continue;
            if (entry.Silo is { } silo && (heard.Contains(silo) || SharesSilo(asked, silo))) continue;
            var rank = Rank(candidate, asked, silentSilo: null);
            if (rank <= bestRank) continue;
            best = candidate;
            bestRank = rank;
        }

        return best;
    }

    private int Rank(int candidate, long asked, string? silentSilo)
    {
        var entry = _entries[candidate];
        var silo = entry.Silo;
        var rank = 0;
        if (!entry.Silent) rank += 4;
        if (silo is not null && silo != silentSilo && !SharesSilo(asked, silo)) rank += 2;
        if ((asked & (1L << candidate)) == 0) rank += 1;
        return rank;
    }

    private bool SharesSilo(long asked, string silo)
    {
        for (var i = 0; i < _entries.Length; i++)
        {
            if ((asked & (1L << i)) != 0 && _entries[i].Silo == silo) return true;
        }

        return false;
    }

    private sealed class Entry
    {
        private volatile string? _silo;
        private volatile bool _silent;

        public string? Silo
        {
            get => _silo;
            set => _silo = value;
        }

        public bool Silent
        {
            get => _silent;
            set => _silent = value;
        }
    }
}
