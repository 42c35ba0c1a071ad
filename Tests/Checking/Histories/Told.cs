namespace Orleans.Kv.Tests.Checking.Histories;

/// <summary>The values of a field that stand for something else than a number.</summary>
public static class Told
{
    /// <summary>A value: the key does not exist. What a test-and-set may expect, and may find.</summary>
    public const long Absent = long.MinValue;

    /// <summary>A value or a version that the client did not give, or that the answer did not carry.</summary>
    public const long Nothing = long.MinValue + 1;
}
