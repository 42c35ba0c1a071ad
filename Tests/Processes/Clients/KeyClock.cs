using System.Diagnostics;

namespace Orleans.Kv.Tests.Processes.Clients;

/// <summary>Measures how long each key went without a successful answer to anybody.</summary>
internal sealed class KeyClock(int keys)
{
    private readonly Lock _gate = new();
    private readonly long[] _last = new long[keys];
    private readonly long[] _longest = new long[keys];

    /// <summary>From now on; what went before was starting up.</summary>
    public void Start()
    {
        lock (_gate)
        {
            Array.Fill(_last, Stopwatch.GetTimestamp());
            Array.Clear(_longest);
        }
    }

    public void Succeeded(int key)
    {
        lock (_gate)
        {
            var now = Stopwatch.GetTimestamp();
            _longest[key] = Math.Max(_longest[key], now - _last[key]);
            _last[key] = now;
        }
    }

    /// <summary>The longest gap of each key, the one that has not ended included.</summary>
    public TimeSpan[] Stop()
    {
        for (var key = 0; key < _last.Length; key++)
            Succeeded(key);
        lock (_gate)
            return [.. _longest.Select(ticks => TimeSpan.FromSeconds((double)ticks / Stopwatch.Frequency))];
    }
}
