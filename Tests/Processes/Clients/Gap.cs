using System.Globalization;

namespace Orleans.Kv.Tests.Processes.Clients;

/// <summary>A time without a successful answer, and when it ended, to be found in the logs.</summary>
internal readonly record struct Gap(TimeSpan Length, DateTimeOffset End)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Length.TotalMilliseconds:F0} ms until {End:HH:mm:ss.fff}");
}
