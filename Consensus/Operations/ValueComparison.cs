using System.Text.Json;

namespace Orleans.Kv.Consensus;

/// <summary>When a value is the expected one: as JSON where both are, otherwise byte by byte.</summary>
internal static class ValueComparison
{
    public static bool AreEqual(ReadOnlyMemory<byte> left, string? leftType, ReadOnlyMemory<byte> right, string? rightType)
    {
        if (left.Span.SequenceEqual(right.Span))
            return true;
        if (!ContentTypes.IsJson(leftType) || !ContentTypes.IsJson(rightType))
            return false;

        try
        {
            using var first = JsonDocument.Parse(left);
            using var second = JsonDocument.Parse(right);
            return JsonElement.DeepEquals(first.RootElement, second.RootElement);
        }
        catch (JsonException)
        {
            // Labelled JSON, but is none (or is nested too deep to be read): then its bytes are all there is to compare, and they differ.
            return false;
        }
    }
}
