using System.Diagnostics;

namespace Orleans.Kv.Tests.Store.Clusters;

/// <summary>Waits for what must come true, and says what it saw instead when it does not.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public static async Task<TimeSpan> True<T>(string expectation, Func<Task<T>> look, Func<T, bool> isTrue, TimeSpan? within = null)
    {
        var patience = within ?? Patience;
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var seen = await look();
            if (isTrue(seen)) return watch.Elapsed;
            if (watch.Elapsed > patience) Assert.Fail($"expected {expectation} within {patience}; last seen: {seen}");
            await Task.Delay(Pause);
        }
    }

    public static Task<TimeSpan> Seen<T>(string expectation, Func<T> look, Func<T, bool> isTrue, TimeSpan? within = null) =>
        True(expectation, () => Task.FromResult(look()), isTrue, within);
}
