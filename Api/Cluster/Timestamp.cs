using System.Globalization;

namespace Orleans.Kv.Api.Cluster;

/// <summary>Times in answers: RFC 3339, in UTC, with milliseconds.</summary>
internal static class Timestamp
{
    public const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static string Of(long unixMilliseconds) => Of(DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds));

    public static string Of(DateTimeOffset time) => time.ToUniversalTime().ToString(Format, CultureInfo.InvariantCulture);
}
