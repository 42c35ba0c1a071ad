using System.Diagnostics.Metrics;

namespace Orleans.Kv.Interfaces;

/// <summary>
/// What every message of the next build has and none of the present one: a class that the present build does not know, with a member whose type it does not know either. How often it was
/// written and read is counted per message and shown at <c>/metrics</c>.
/// </summary>
[GenerateSerializer, Immutable, Alias("kv.NextNote")]
public sealed class NextNote
{
    private const string Words = "from the next build";

    private static readonly Counter<long> Counter = new Meter("Orleans.Kv.Next").CreateCounter<long>("kv.next.notes");
    private static readonly NextNote Sent = new() { Text = Words, Detail = new NextDetail { Numbers = [1, 2, 3] } };

    [Id(0)]
    public required string Text { get; init; }

    [Id(1)]
    public required object Detail { get; init; }

    /// <summary>The note for a message that is being written.</summary>
    public static NextNote Send(string message)
    {
        Count(message, "sent");
        return Sent;
    }

    /// <summary>The note of a message that is being read. The setter of a message without one is not called.</summary>
    public static void Receive(string message, NextNote? note) =>
        Count(message, note is { Text: Words, Detail: NextDetail { Numbers: [1, 2, 3] } } ? "received" : "garbled");

    private static void Count(string message, string way) => Counter.Add(1, new KeyValuePair<string, object?>("message", message), new KeyValuePair<string, object?>("way", way));
}
