using System.Globalization;

namespace Orleans.Kv.Tests.Checking.Histories;

/// <summary>One operation with the span of time in which its client waited for it.</summary>
/// <param name="Invoked">A moment not after the request left the client.</param>
/// <param name="Returned">A moment not before the answer reached it; <see cref="Open"/> while its outcome is unknown.</param>
public readonly record struct HistoryEntry(int Client, int Key, Operation Operation, long Invoked, long Returned, Answer Answer)
{
    /// <summary>An operation whose outcome is not known may still take effect at any time to come.</summary>
    public const long Open = long.MaxValue;

    public override string ToString()
    {
        var end = Returned == Open ? "open" : Returned.ToString(CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"client {Client}: {Operation} -> {Answer} [{Invoked}..{end}]");
    }
}
