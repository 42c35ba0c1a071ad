using Microsoft.Extensions.Logging;
using Orleans.Timers;

namespace Orleans.Runtime;

internal sealed class TimerRegistry(TimeProvider time, ILogger<GrainTimer> log) : ITimerRegistry
{
    public IGrainTimer RegisterGrainTimer<TState>(
        IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
    {
        ArgumentNullException.ThrowIfNull(grainContext);
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new GrainTimer(grainContext, token => callback(state, token), options, time, log);
        (grainContext as Activation)?.Add(timer);
        return timer;
    }
}
