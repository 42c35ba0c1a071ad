namespace Orleans.Kv.Client.Transport;

/// <summary>How long to wait before asking again: doubling, bounded, half of it by chance so that clients which failed together do not come back together.</summary>
internal sealed class Pauses(TimeSpan first, TimeSpan longest, int? seed)
{
    // Beyond, the doubling has met any bound, and a shift would overflow.
    private const int MostDoublings = 20;

    // Timers count whole milliseconds: less would be no pause at all, and a call a busy loop.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private readonly Lock _lock = new();
    private readonly Random _random = seed is { } number ? new Random(number) : new Random();

    /// <param name="round">How often it has been waited before.</param>
    /// <param name="atLeast">What the API host asked for.</param>
    public TimeSpan Next(int round, TimeSpan atLeast = default)
    {
        var whole = TimeSpan.FromTicks(Math.Min(longest.Ticks, first.Ticks << Math.Min(round, MostDoublings)));
        if (whole < TimeSpan.Zero) whole = longest;
        double chance;
        lock (_lock) chance = _random.NextDouble();
        var pause = (whole / 2) + (whole / 2 * chance);
        return atLeast + (pause < Shortest ? Shortest : pause);
    }
}
