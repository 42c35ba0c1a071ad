using System.Diagnostics;

namespace Orleans.Kv.Tests.Driving.Clusters;

/// <summary>Waits for what another process does, which no test can be told of: by looking, with a deadline.</summary>
public static class Wait
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);

    /// <param name="look">Null when it has happened, else what is seen instead.</param>
    public static async Task Until(string expected, TimeSpan patience, Func<Task<string?>> look)
    {
        var waited = Stopwatch.StartNew();
        while (await look() is { } seen)
        {
            if (waited.Elapsed > patience)
                Assert.Fail($"Expected within {patience.TotalSeconds:F1} s: {expected}. Seen: {seen}");
            await Task.Delay(Between);
        }
    }
}
