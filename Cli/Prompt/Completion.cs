using Orleans.Kv.Client;

namespace Orleans.Kv.Cli.Prompt;

/// <summary>What Tab offers: commands for the first word, keys of the store for the second of a command that takes one.</summary>
internal sealed class Completion(IReadOnlyCollection<string> commands, Func<KvClient?> client)
{
    /// <summary>More than this nobody reads.</summary>
    private const int MaxOffers = 100;

    // Typing must not wait for a cluster that is not there.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly string[] KeyCommands = ["get", "set", "testset", "touch", "del", "watch", "keys"];

    /// <summary>Where the word at the cursor begins, and what it may become.</summary>
    public async Task<(int Start, IReadOnlyList<string> Offers)> OfferAsync(string line, int cursor)
    {
        var before = line[..cursor];
        var start = before.LastIndexOfAny([' ', '(']) + 1;
        var word = before[start..];
        if (start == 0) return (0, [.. commands.Where(command => command.StartsWith(word, StringComparison.Ordinal)).Order(StringComparer.Ordinal)]);
        var head = before[..(start - 1)].Trim();
        return (start, KeyCommands.Contains(head) ? await KeysAsync(word) : []);
    }

    /// <summary>The longest text that all offers begin with.</summary>
    public static string Common(IReadOnlyList<string> offers)
    {
        if (offers.Count == 0) return "";
        var length = offers[0].Length;
        foreach (var offer in offers.Skip(1)) length = Math.Min(length, offers[0].AsSpan().CommonPrefixLength(offer));
        return offers[0][..length];
    }

    private async Task<IReadOnlyList<string>> KeysAsync(string prefix)
    {
        if (client() is not { } kv) return [];
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            // What needs quotes is not offered: it would have to be written differently in the two ways to write a command.
            return [.. (await kv.ListPageAsync(prefix, limit: MaxOffers, cancellation: timeout.Token)).Keys.Where(static key => !key.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '"' or '\'' or '\\' or ','))];
        }
        catch (Exception exception) when (exception is KvException or OperationCanceledException)
        {
            // Nothing to offer; the command itself will say what is wrong.
            return [];
        }
    }
}
