using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>A page of a node's keys.</summary>
public sealed class KeysReply : SlotReply
{
    /// <exception cref="ArgumentException">The entries are too many, not in order, or none although there are more.</exception>
    public KeysReply(long round, ImmutableArray<KeyEntry> entries, bool hasMore)
        : base(round)
    {
        if (entries.Length > KeysRequest.MaxEntries)
            throw new ArgumentException($"a page has at most {KeysRequest.MaxEntries} entries", nameof(entries));
        for (var i = 1; i < entries.Length; i++)
        {
            if (entries[i - 1].Key >= entries[i].Key)
                throw new ArgumentException("keys must be in order, each once", nameof(entries));
        }

        // Whoever walks through the pages must come to an end.
        if (hasMore && entries.IsEmpty)
            throw new ArgumentException("an empty page is the last one", nameof(hasMore));
        Entries = entries;
        HasMore = hasMore;
    }

    public ImmutableArray<KeyEntry> Entries { get; }

    /// <summary>The page says everything up to its last entry, and nothing of what lies behind it. Where false, it says everything to the end.</summary>
    public bool HasMore { get; }

    public override string ToString() => $"Keys {Entries.Length}{(HasMore ? " and more" : "")}";
}
