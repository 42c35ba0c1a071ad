namespace Orleans.Kv.Tests.Runtime.Host.Grains;

public abstract class TurnGrainBase : Grain
{
    private TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private int _inside;
    private int _mostAtOnce;
    private int _held;
    private int _touched;

    public async Task<int> Increment()
    {
        _mostAtOnce = Math.Max(_mostAtOnce, ++_inside);
        var seen = _count;
        await Task.Yield();
        await Task.Delay(1);
        _count = seen + 1;
        _inside--;
        return _count;
    }

    public Task<int> MostAtOnce() => Task.FromResult(_mostAtOnce);

    public async Task<bool> KeepsItsScheduler()
    {
        var before = TaskScheduler.Current;
        await Task.Delay(1);
        return ReferenceEquals(before, TaskScheduler.Current) && !ReferenceEquals(before, TaskScheduler.Default);
    }

    public async Task Hold()
    {
        _held++;
        await _released.Task;
        _held--;
    }

    public async Task<int> HoldReading()
    {
        _held++;
        await _released.Task;
        return _held--;
    }

    public Task Touch()
    {
        _touched++;
        return Task.CompletedTask;
    }

    public Task TouchOneWay() => Touch();

    public Task Release()
    {
        _released.TrySetResult();
        _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return Task.CompletedTask;
    }

    public Task<TurnState> Peek() => Task.FromResult(new TurnState(_held, _touched));
}
