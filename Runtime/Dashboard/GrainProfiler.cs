using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace Orleans.Dashboard;

/// <summary>Measures the calls of grains while somebody looks. What it has counted it keeps.</summary>
internal sealed class GrainProfiler(IOptions<GrainProfilerOptions> options) : IIncomingGrainCallFilter
{
    private readonly ConcurrentDictionary<(Type Class, MethodInfo Method), Meter?> _meters = new();
    private long _lookedAt = long.MinValue;

    /// <summary>What there is, for somebody who looks: from now on calls are measured.</summary>
    public IEnumerable<MethodProfile> Look()
    {
        Volatile.Write(ref _lookedAt, Stopwatch.GetTimestamp());
        return _meters.Where(static pair => pair.Value is not null).Select(static pair => pair.Value!.Report(pair.Key.Class.FullName!, pair.Key.Method.Name));
    }

    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (!IsLookedAt || context.Grain?.GetType() is not { } type) return context.Invoke();
        var meter = _meters.GetOrAdd((type, context.InterfaceMethod), static (key, call) => IsExempt(key.Class, call) ? null : new Meter(), context);
        return meter is null ? context.Invoke() : Measure(context, meter);
    }

    private bool IsLookedAt
    {
        get
        {
            if (options.Value.TraceAlways) return true;
            var at = Volatile.Read(ref _lookedAt);
            return at != long.MinValue && Stopwatch.GetElapsedTime(at) < options.Value.DeactivationTime;
        }
    }

    private static bool IsExempt(Type type, IIncomingGrainCallContext call) =>
        type.IsDefined(typeof(NoProfilingAttribute), inherit: true) || call.ImplementationMethod.IsDefined(typeof(NoProfilingAttribute), inherit: true);

    private static async Task Measure(IIncomingGrainCallContext context, Meter meter)
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
            meter.Count(Stopwatch.GetElapsedTime(begun), isFailed);
        }
    }

    private sealed class Meter
    {
        private long _calls;
        private long _failed;
        private long _ticks;

        public void Count(TimeSpan elapsed, bool isFailed)
        {
            Interlocked.Increment(ref _calls);
            Interlocked.Add(ref _ticks, elapsed.Ticks);
            if (isFailed) Interlocked.Increment(ref _failed);
        }

        public MethodProfile Report(string type, string method) => new()
        {
            GrainType = type,
            Method = method,
            Calls = Interlocked.Read(ref _calls),
            Failed = Interlocked.Read(ref _failed),
            Milliseconds = TimeSpan.FromTicks(Interlocked.Read(ref _ticks)).TotalMilliseconds,
        };
    }
}
