using System.Diagnostics;

namespace Orleans.Kv.Tests.Driving.Clients;

/// <summary>Measures how long each key went without a successful answer to anybody.</summary>
public sealed class KeyClock(int keys)
{
    private readonly Lock _gate = new();
    private readonly long[] _last = new long[keys];
    private readonly Gap[] _longest = new Gap[keys];

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
            var length = Stopwatch.GetElapsedTime(_last[key], now);
            if (length > _longest[key].Length) _longest[key] = new Gap(length, TimeProvider.System.GetUtcNow());
            _last[key] = now;
        }
    }

    /// <summary>The longest gap of each key, the one that has not ended included.</summary>
    public Gap[] Stop()
    {
        for (var key = 0; key < _last.Length; key++)
            Succeeded(key);
        lock (_gate)
            return [.. _longest];
    }
}
