using System.Collections.Concurrent;
using System.Diagnostics;

namespace Orleans.Kv.Grains.Monitoring;

/// <summary>
/// Counts the calls of the store's grains and services, by their class. A call filter, because that is the one place that all calls pass on either engine, and it sees the same there: the time
/// from the beginning of the call's turn to its end, without what it waited for before. Calls of the engine's own grains pass uncounted.
/// </summary>
internal sealed class GrainMeters : IIncomingGrainCallFilter
{
    private readonly ConcurrentDictionary<Type, CallMeter?> _meters = new();

    /// <summary>The classes that have been called, by their full names.</summary>
    public IEnumerable<(string Name, CallMeter Meter)> All => _meters.Where(static pair => pair.Value is not null).Select(static pair => (pair.Key.FullName!, pair.Value!));

    public Task Invoke(IIncomingGrainCallContext context)
    {
        // What the engine calls beside grains may have no instance.
        if (context.Grain is not { } grain) return context.Invoke();
        var meter = _meters.GetOrAdd(grain.GetType(), static type => type.Assembly == typeof(GrainMeters).Assembly ? new CallMeter() : null);
        return meter is null ? context.Invoke() : Measure(context, meter);
    }

    private static async Task Measure(IIncomingGrainCallContext context, CallMeter meter)
    {
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
