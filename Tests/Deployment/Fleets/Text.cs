using System.Globalization;

namespace Orleans.Kv.Tests.Deployment.Fleets;

/// <summary>Numbers as command lines have them.</summary>
internal static class Text
{
    public static string Of(int number) => number.ToString(CultureInfo.InvariantCulture);
}
