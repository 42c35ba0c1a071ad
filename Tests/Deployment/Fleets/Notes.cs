using System.Globalization;
using System.Text.RegularExpressions;

namespace Orleans.Kv.Tests.Deployment.Fleets;

/// <summary>What a process of the next build counts of the field that its messages have and those of the present one have not: <c>NextNote</c> in <c>Tests/Next</c>.</summary>
/// <param name="Sent">By message, how often it was written; to whom, the writer does not know.</param>
/// <param name="Received">By message, how often it was read and was as it should be.</param>
/// <param name="Garbled">By message, how often it was read and was anything else.</param>
/// <param name="Operations">Of a silo: the operations that it has carried out.</param>
internal sealed partial record Notes(IReadOnlyDictionary<string, long> Sent, IReadOnlyDictionary<string, long> Received, IReadOnlyDictionary<string, long> Garbled, long Operations)
{
    /// <summary>From a page of metrics; a process of the present build counts none.</summary>
    public static Notes In(string page)
    {
        var counted = Line().Matches(page).ToLookup(
            line => line.Groups["way"].Value,
            line => (Message: line.Groups["message"].Value, Count: Number(line)));
        return new Notes(Of("sent"), Of("received"), Of("garbled"), OperationCount().Match(page) is { Success: true } found ? Number(found) : 0);

        IReadOnlyDictionary<string, long> Of(string way) => counted[way].ToDictionary(pair => pair.Message, pair => pair.Count);
    }

    public override string ToString() => $"sent {Text(Sent)}; received {Text(Received)}; garbled {Text(Garbled)}; {Operations} operations";

    private static long Number(Match line) => long.Parse(line.Groups["count"].Value, CultureInfo.InvariantCulture);

    private static string Text(IReadOnlyDictionary<string, long> counts) =>
        counts.Count == 0 ? "none" : string.Join(", ", counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Key} {count.Value}"));

    [GeneratedRegex("""^kv_next_notes_total\{message="(?<message>\w+)",way="(?<way>\w+)"\} (?<count>\d+)""", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex("""^kv_proposer_operations_total (?<count>\d+)""", RegexOptions.Multiline)]
    private static partial Regex OperationCount();
}
