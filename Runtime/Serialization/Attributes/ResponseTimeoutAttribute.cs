using System.Globalization;

namespace Orleans;

/// <summary>How long a caller of this method waits for its response, in place of the configured time.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ResponseTimeoutAttribute(string timeout) : Attribute
{
    /// <summary>From a text in the format of <see cref="TimeSpan.Parse(string, IFormatProvider?)"/>.</summary>
    public TimeSpan? Timeout { get; init; } = TimeSpan.Parse(timeout, CultureInfo.InvariantCulture);
}
