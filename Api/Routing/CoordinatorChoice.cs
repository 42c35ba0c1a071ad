namespace Orleans.Kv.Api.Routing;

/// <summary>
/// Picks coordinators for operations whose key grain does not answer: on another silo than the silent one, not asked for this operation
/// yet, and heard of lately. What it knows comes from every answer and from the monitor's regular questions.
/// </summary>
/// <remarks>
/// A coordinator is <em>silent</em> when a call to it has broken or was slow, which may mean little, and <em>hung</em> when the monitor's questions go into it and nothing comes
/// back: then its gateway, or the link to it, takes whatever is sent and answers nothing. It is <em>cut off</em> when its silo says that it reaches too few of the others.
/// </remarks>
internal sealed class CoordinatorChoice
{
    private readonly Entry[] _entries;
    private readonly Lock _hanging = new();
    private int _turn;
    private int _hung;
    private int _troubles;
    private long _troubleSince;
    private volatile bool _anyCutOff;

    public CoordinatorChoice(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 64);
        _entries = new Entry[count];
        for (var i = 0; i < count; i++) _entries[i] = new Entry();
    }

    public int Count => _entries.Length;

    /// <summary>Which of the troubles so far lasts: it rises whenever one more coordinator hangs, and is zero while none does.</summary>
    public int Trouble => Volatile.Read(ref _hung) == 0 ? 0 : Volatile.Read(ref _troubles);

    /// <summary>Not one of them answers.</summary>
    public bool AreAllSilent => Array.TrueForAll(_entries, static entry => entry.Silent);

    /// <summary>The silo behind a coordinator, where it has answered before and not been silent since.</summary>
    public string? SiloOf(int coordinator) => _entries[coordinator].Silent ? null : _entries[coordinator].Silo;

    /// <summary>The silo that was behind a coordinator when it last answered.</summary>
    public string? LastSiloOf(int coordinator) => _entries[coordinator].Silo;

    public bool IsHung(int coordinator) => _entries[coordinator].Hung;

    /// <summary>For how many milliseconds some of them have been hanging; null while none does.</summary>
    public long? TroubleFor(long now) => Volatile.Read(ref _hung) == 0 ? null : now - Volatile.Read(ref _troubleSince);

    public void Answered(int coordinator, string? silo)
    {
        var entry = _entries[coordinator];
        // Reads first: these lines are shared by all cores and almost never change.
        if (silo is not null && entry.Silo != silo) entry.Silo = silo;
        if (entry.Silent) entry.Silent = false;
        if (entry.Hung) ChangeHung(entry, hung: false, now: 0);
    }

    public void Silent(int coordinator) => _entries[coordinator].Silent = true;

    /// <summary>A question to it has been out for so long that the way there must be blocked.</summary>
    public void Hung(int coordinator, long now)
    {
        var entry = _entries[coordinator];
        entry.Silent = true;
        ChangeHung(entry, hung: true, now);
    }

    /// <summary>It is another one from now on, of which nothing is known.</summary>
    public void Forget(int coordinator)
    {
        var entry = _entries[coordinator];
        entry.Silent = true;
        entry.Silo = null;
        entry.CutOff = false;
        ChangeHung(entry, hung: false, now: 0);
    }

    /// <summary>Whether the silo says that it reaches too few of the others.</summary>
    public void CutOff(string silo, bool isCutOff)
    {
        foreach (var entry in _entries)
        {
            if (entry.Silo == silo && entry.CutOff != isCutOff) entry.CutOff = isCutOff;
        }

        _anyCutOff = Array.Exists(_entries, static entry => entry.CutOff);
    }

    /// <summary>
    /// Whoever answers is on a silo that is cut off from the others: this host is on the wrong side of a cut with it. What a silo said last counts, also when it has fallen silent since.
    /// </summary>
    public bool AreAllCutOff => _anyCutOff && !Array.Exists(_entries, static entry => entry is { CutOff: false, Silent: false });

    /// <summary>The silo is cut off from the others, and this host can ask one that is not.</summary>
    public bool IsWorseThanOthers(string? silo) =>
        _anyCutOff && silo is not null
        && Array.Exists(_entries, entry => entry.CutOff && entry.Silo == silo)
        && Array.Exists(_entries, entry => entry is { CutOff: false, Silent: false, Silo: not null } && entry.Silo != silo);

    /// <summary>
    /// The best coordinator outside <paramref name="asked"/> and elsewhere than <paramref name="silentSilo"/>. When none is left, the round
    /// starts anew: something may have changed since.
    /// </summary>
    public int Next(long asked, string? silentSilo) => Best(asked, silentSilo, static _ => true);

    /// <summary>
    /// A coordinator on a silo that is not among <paramref name="asked"/> nor <paramref name="heard"/> and not silent; -1 where there is none: everybody who would answer has been asked.
    /// </summary>
    public int NextOther(long asked, IReadOnlyList<string> heard, string? silentSilo) => Best(asked, silentSilo, candidate =>
    {
        var entry = _entries[candidate];
        if (entry.Silent || (asked & (1L << candidate)) != 0) return false;
        return entry.Silo is not { } silo || (!heard.Contains(silo) && !SharesSilo(asked, silo));
    });

    private int Best(long asked, string? silentSilo, Func<int, bool> isCandidate)
    {
        var start = (int)((uint)Interlocked.Increment(ref _turn) % (uint)_entries.Length);
        var best = -1;
        var bestRank = int.MinValue;
        for (var i = 0; i < _entries.Length; i++)
        {
            var candidate = (start + i) % _entries.Length;
            if (!isCandidate(candidate)) continue;
            var rank = Rank(candidate, asked, silentSilo);
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
        if (!entry.Hung) rank += 16;
        if (!entry.Silent) rank += 8;
        if (silo is not null && silo != silentSilo && !SharesSilo(asked, silo)) rank += 4;
        if (!entry.CutOff) rank += 2;
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

    private void ChangeHung(Entry entry, bool hung, long now)
    {
        lock (_hanging)
        {
            if (entry.Hung == hung) return;
            entry.Hung = hung;
            if (hung)
            {
                Volatile.Write(ref _troubles, _troubles + 1);
                if (_hung == 0) Volatile.Write(ref _troubleSince, now);
            }

            Volatile.Write(ref _hung, _hung + (hung ? 1 : -1));
        }
    }

    private sealed class Entry
    {
        private volatile string? _silo;
        private volatile bool _silent;
        private volatile bool _hung;
        private volatile bool _cutOff;

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

        public bool Hung
        {
            get => _hung;
            set => _hung = value;
        }

        public bool CutOff
        {
            get => _cutOff;
            set => _cutOff = value;
        }
    }
}
