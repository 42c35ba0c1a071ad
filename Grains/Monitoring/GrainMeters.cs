using System.Collections.Concurrent;
using System.Diagnostics;

namespace Orleans.Kv.Grains.Monitoring;

/// <summary>
/// Counts the calls of the store's grains and services, by their class: the time from the beginning of the call's turn to its end, without what it waited for before.
/// <para>
/// Each class is its own call filter and has <see cref="Measure"/> do it, which is right on either engine. A filter makes a chain of tasks of a call; what every operation passes (key grains, the
/// replica's service) is therefore no filter and counts by itself, which costs no memory.
/// </para>
/// </summary>
internal sealed class GrainMeters
{
    private readonly ConcurrentDictionary<Type, CallMeter> _meters = new();

    /// <summary>The classes that have been called, by their full names.</summary>
    public IEnumerable<(string Name, CallMeter Meter)> All => _meters.Where(static pair => pair.Value.Calls > 0).Select(static pair => (pair.Key.FullName!, pair.Value));

    public CallMeter Of(Type grain) => _meters.GetOrAdd(grain, static _ => new CallMeter());

    /// <summary>Counts a call of the class that this is the filter of.</summary>
    public async Task Measure(IIncomingGrainCallContext context)
    {
        var meter = Of(context.Grain.GetType());
        var begun = Stopwatch.GetTimestamp();
        var isFailed = true;
        try
        {
            await context.Invoke();
            isFailed = false;
        }
        finally
        {
            meter.Count(begun, isFailed);
        }
    }
}
