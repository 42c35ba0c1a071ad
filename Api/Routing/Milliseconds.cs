namespace Orleans.Kv.Api.Routing;

/// <summary>Monotonic milliseconds, for waits. Never zero, which stands for "never" in what keeps them.</summary>
internal static class Milliseconds
{
    public static long Now(TimeProvider time) => 1 + (long)(time.GetTimestamp() * (1000.0 / time.TimestampFrequency));
}
