using System.Globalization;

namespace Orleans.Kv.Tests.Driving.Clients;

/// <summary>A time without a successful answer, and when it ended, to be found in the logs.</summary>
public readonly record struct Gap(TimeSpan Length, DateTimeOffset End)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Length.TotalMilliseconds:F0} ms until {End:HH:mm:ss.fff}");
}
