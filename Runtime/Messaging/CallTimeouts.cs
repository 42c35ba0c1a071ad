namespace Orleans.Runtime.Messaging;

/// <summary>
/// Ends calls whose time is over. One coarse timer per host for all of them, and none while nobody waits: a timer per call
/// would cost more than the call.
/// </summary>
internal sealed class CallTimeouts : IDisposable
{
    /// <summary>How late a timeout may be.</summary>
    private static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(25);

    /// <summary>A tick that is later than this shows that the process was held up: by its machine, a pause, or a crowded pool.</summary>
    private const long HeldUpMilliseconds = 200;

    /// <summary>At most so long are answers looked for that came while the process was held up.</summary>
    private const long MaxGraceMilliseconds = 500;

    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private PendingCalls[] _tables = [];
    private volatile bool _armed;
    private long _dueAt;
    private bool _isGrace;
    private bool _disposed;

    public CallTimeouts(TimeProvider time)
    {
        _timer = time.CreateTimer(static state => ((CallTimeouts)state!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Watch(PendingCalls table)
    {
        lock (_gate)
        {
            _tables = [.. _tables, table];
        }

        Arm();
    }

    public void Forget(PendingCalls table)
    {
        lock (_gate)
        {
            _tables = [.. _tables.Where(known => known != table)];
        }
    }

    /// <summary>To be called after a call was added to a watched table.</summary>
    public void Arm()
    {
        if (!_armed)
        {
            ArmSlow();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        _timer.Dispose();
    }

    private void ArmSlow()
    {
        lock (_gate)
        {
            if (!_armed && !_disposed)
            {
                _armed = true;
                _dueAt = Environment.TickCount64 + (long)Resolution.TotalMilliseconds;
                _timer.Change(Resolution, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>
    /// A process that was held up has not read yet what came meanwhile, and must not take its own silence for that of others: it
    /// reads first, for as long as it was late.
    /// </summary>
    private bool TakesGrace()
    {
        lock (_gate)
        {
            var late = Environment.TickCount64 - _dueAt;
            _isGrace = !_isGrace && late > HeldUpMilliseconds && !_disposed;
            if (_isGrace)
            {
                var grace = Math.Min(late, MaxGraceMilliseconds);
                _dueAt = Environment.TickCount64 + grace;
                _timer.Change(TimeSpan.FromMilliseconds(grace), Timeout.InfiniteTimeSpan);
            }

            return _isGrace;
        }
    }

    private void Tick()
    {
        if (TakesGrace())
        {
            return;
        }

        // Before looking: a call added from here on arms the timer again by itself.
        _armed = false;
        Interlocked.MemoryBarrier();
        var tables = Volatile.Read(ref _tables);
        var waiting = false;
        var now = Environment.TickCount64;
        foreach (var table in tables)
        {
            if (table.Count == 0)
            {
                continue;
            }

            foreach (var call in table.TakeExpired(now))
            {
                call.OnTimeout();
            }

            waiting |= table.Count > 0;
        }

        if (waiting)
        {
            Arm();
        }
    }
}
