using System.Globalization;

namespace Orleans.Kv.Tests.Driving.Clusters;

/// <summary>The end of what a process logged, for the message of a test that failed.</summary>
public static class LogTail
{
    private const int Lines = 25;

    public static string Of(string title, IReadOnlyCollection<string> lines) =>
        string.Create(CultureInfo.InvariantCulture, $"--- {title}, the last {Math.Min(Lines, lines.Count)} of {lines.Count} lines ---\n")
        + string.Concat(lines.TakeLast(Lines).Select(line => line + "\n"));
}
