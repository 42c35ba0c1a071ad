namespace Orleans.Kv.Grains.Proposing;

/// <summary>
/// One coarse clock for all rounds of a silo. A timer per round would cost more than the round; here a round costs an entry in
/// a list that is swept two hundred times a second, and nothing at all runs while no round is open.
/// </summary>
internal sealed class RoundTicker : IDisposable
{
    /// <summary>How late a deadline may be noticed: of the order of the shortest pause that a proposer asks for.</summary>
    public static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(5);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private List<ITicking> _watched = [];
    private List<ITicking> _spare = [];
    private bool _running;
    private bool _busy;

    public RoundTicker(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static self => ((RoundTicker)self!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The moment now, in the unit of <see cref="After"/> and of sweeps.</summary>
    public long Now => _time.GetTimestamp();

    /// <summary>The moment that lies <paramref name="span"/> ahead.</summary>
    public long After(TimeSpan span) => Now + (long)(span.TotalSeconds * _time.TimestampFrequency);

    /// <summary>Watches <paramref name="ticking"/> until a sweep finds it without a deadline. To be called once per watch.</summary>
    public void Watch(ITicking ticking)
    {
        lock (_gate)
        {
            _watched.Add(ticking);
            if (_running) return;
            _running = true;
            _timer.Change(Resolution, Resolution);
        }
    }

    private void Sweep()
    {
        List<ITicking> due;
        lock (_gate)
        {
            // A sweep that takes longer than a period would be overtaken by the next one, which sees an empty list and stops the timer.
            if (_busy) return;
            due = _watched;
            if (due.Count == 0)
            {
                _running = false;
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                return;
            }

            _busy = true;
            _watched = _spare;
        }

        var now = Now;
        var kept = 0;
        for (var i = 0; i < due.Count; i++)
        {
            var ticking = due[i];
            if (ticking.Sweep(now)) due[kept++] = ticking;
        }

        lock (_gate)
        {
            for (var i = 0; i < kept; i++) _watched.Add(due[i]);
            due.Clear();
            _spare = due;
            _busy = false;
        }
    }

    public void Dispose() => _timer.Dispose();
}
