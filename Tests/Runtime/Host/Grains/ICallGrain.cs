namespace Orleans.Kv.Tests.Runtime.Host.Grains;

/// <summary>What happens around a call: context, failures, timeouts, observers, timers.</summary>
public interface ICallGrain : IGrainWithStringKey
{
    Task<string?> ContextValue(string name);

    /// <summary>Sets the value here, then asks another grain for it; the caller must not see it.</summary>
    Task<string?> SetContextAndAsk(string name, string value, string otherKey);

    Task Throw(string message);

    Task ThrowUnknown(string message);

    Task ThrowWithInner(string message, string inner);

    Task ThrowFromNested(string otherKey, string message);

    [ResponseTimeout("00:00:01")]
    Task<int> AnswerAfter(TimeSpan delay);

    [AlwaysInterleave]
    Task<int> Answered();

    Task Notify(INoteObserver observer, string note);

    Task StartTimer(TimeSpan due, TimeSpan period, bool interleave);

    /// <summary>Starts a timer whose first tick changes its due time to now and goes on for a while.</summary>
    Task StartTimerThatChangesItself(TimeSpan tick);

    Task StopTimer();

    [AlwaysInterleave]
    Task<TimerReport> Ticks();

    /// <summary>Stays in its call, without interleaving, for that long.</summary>
    Task Occupy(TimeSpan time);

    Task<string> Filtered(string text);
}
