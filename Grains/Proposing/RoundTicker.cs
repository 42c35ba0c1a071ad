namespace Orleans.Kv.Grains.Proposing;

/// <summary>
/// One coarse clock for all rounds of a silo. A timer per round would cost more than the round; here a round costs an entry in
/// a list that is swept some forty times a second, and nothing at all runs while no round is open.
/// </summary>
internal sealed class RoundTicker : IDisposable
{
    /// <summary>How late a deadline may be noticed: a tenth of the shortest round timeout, far below what a caller notices.</summary>
    public static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(25);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private List<ITicking> _watched = [];
    private List<ITicking> _sweeping = [];
    private bool _running;

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
            due = _watched;
            if (due.Count == 0 && _running)
            {
                _running = false;
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                return;
            }

            // Two sweeps at once (a timer callback that overtakes a slow one) must not share a list.
            _watched = Interlocked.Exchange(ref _sweeping!, null) ?? [];
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
            _sweeping = due;
        }
    }

    public void Dispose() => _timer.Dispose();
}
