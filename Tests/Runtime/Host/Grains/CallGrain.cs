namespace Orleans.Kv.Tests.Runtime.Host.Grains;

public sealed class CallGrain : Grain, ICallGrain
{
    private IGrainTimer? _timer;
    private bool _occupied;
    private int _answered;
    private int _ticks;
    private int _ticksDuringCalls;

    public Task<string?> ContextValue(string name) => Task.FromResult(RequestContext.Get(name) as string);

    public Task<string?> SetContextAndAsk(string name, string value, string otherKey)
    {
        RequestContext.Set(name, value);
        return GrainFactory.GetGrain<ICallGrain>(otherKey).ContextValue(name);
    }

    public Task Throw(string message) => throw new ActivationRefusedException(message);

    public Task ThrowUnknown(string message) => throw new UnknownException(message, new object());

    public Task ThrowWithInner(string message, string inner) =>
        throw new InvalidOperationException(message, new ArgumentException(inner));

    public Task ThrowFromNested(string otherKey, string message) => GrainFactory.GetGrain<ICallGrain>(otherKey).Throw(message);

    public async Task<int> AnswerAfter(TimeSpan delay)
    {
        await Task.Delay(delay);
        return ++_answered;
    }

    public Task<int> Answered() => Task.FromResult(_answered);

    public Task Notify(INoteObserver observer, string note) => observer.Note(note);

    public Task StartTimer(TimeSpan due, TimeSpan period, bool interleave)
    {
        _timer = this.RegisterGrainTimer(
            _ =>
            {
                _ticks++;
                if (_occupied)
                    _ticksDuringCalls++;
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(due, period) { Interleave = interleave });
        return Task.CompletedTask;
    }

    public Task StartTimerThatChangesItself(TimeSpan tick)
    {
        _timer = this.RegisterGrainTimer(
            async stop =>
            {
                if (++_ticks > 1)
                    return;
                _timer!.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
                await Task.Delay(tick, stop);
            },
            new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        return Task.CompletedTask;
    }

    public Task StopTimer()
    {
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    public Task<TimerReport> Ticks() => Task.FromResult(new TimerReport(_ticks, _ticksDuringCalls));

    public async Task Occupy(TimeSpan time)
    {
        _occupied = true;
        await Task.Delay(time);
        _occupied = false;
    }

    public Task<string> Filtered(string text) => Task.FromResult(text + "|grain");
}
