using Microsoft.Extensions.Logging;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>
/// A timer of one activation. Its ticks take their turn like requests, unless they may interleave; the next one is due a period after
/// the last one ended, so that ticks never pile up.
/// </summary>
internal sealed partial class GrainTimer : Turn, IGrainTimer
{
    private readonly IGrainContext _context;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly ILogger _log;
    private readonly bool _interleave;
    private readonly bool _keepAlive;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private TimeSpan _period;
    private bool _isTicking;
    private bool _isChanged;
    private bool _isDueAgain;
    private bool _isDisposed;

    public GrainTimer(
        IGrainContext context, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options, TimeProvider time, ILogger log)
    {
        _context = context;
        _callback = callback;
        _log = log;
        _interleave = options.Interleave;
        _keepAlive = options.KeepAlive;
        _period = options.Period;
        _timer = CreateTimer(time, options.DueTime);
    }

    public override bool IsAlwaysInterleave => _interleave;

    public override bool CountsAsUse => _keepAlive;

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _period = period;
            _isChanged = _isTicking;
            _isDueAgain = false;
            _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        _timer.Dispose();
        _stop.Cancel();
        (_context as Activation)?.Remove(this);
    }

    public override async ValueTask<Response> Invoke(IGrainContext context)
    {
        if (_stop.IsCancellationRequested)
        {
            return Response.Completed;
        }

        try
        {
            RequestContext.Clear();
            await _callback(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The timer was disposed while it ticked.
        }
        catch (Exception exception)
        {
            LogTickFailed(_log, _context.GrainId, exception);
        }

        return Response.Completed;
    }

    public override void Complete(Response response)
    {
        lock (_gate)
        {
            _isTicking = false;
            if (!_isDisposed && _isDueAgain)
            {
                _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
            else if (!_isDisposed && !_isChanged && _period != Timeout.InfiniteTimeSpan)
            {
                _timer.Change(_period, Timeout.InfiniteTimeSpan);
            }

            _isChanged = false;
            _isDueAgain = false;
        }
    }

    // The activation has ended, and its timers with it.
    public override void Fail(Exception exception) => Dispose();

    private ITimer CreateTimer(TimeProvider time, TimeSpan dueTime)
    {
        // The timer must not carry the values of the call that created it.
        using (ExecutionContext.SuppressFlow())
        {
            return time.CreateTimer(static state => ((GrainTimer)state!).OnDue(), this, dueTime, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnDue()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            if (_isTicking)
            {
                // Its due time was changed during the tick, and has come before the tick's end: it ticks again then.
                _isDueAgain = true;
                return;
            }

            _isTicking = true;
        }

        _context.ReceiveMessage(this);
    }

    [LoggerMessage(EventId = 3030, Level = LogLevel.Error, Message = "A timer of {Grain} threw.")]
    private static partial void LogTickFailed(ILogger logger, GrainId grain, Exception exception);
}
