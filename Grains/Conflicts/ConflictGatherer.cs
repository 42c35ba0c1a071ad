using Microsoft.Extensions.Logging;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Grains.Traffic;
using Orleans.Kv.Interfaces.Availability;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Grains.Conflicts;

/// <summary>
/// Puts together what the silos that can be reached list as conflicts. A replica may be behind, and list what has been dealt with: so a key that not all of its replicas list is
/// looked at on all of them, and the newest copy counts. No quorum is needed: on the lonely side of a partition it shows what is known there.
/// </summary>
internal sealed partial class ConflictGatherer(
    LocalConflicts local, CopyReader reader, TopologyAgent topology, IPeers peers, IOutlook outlook, TimeProvider time, ILogger<ConflictGatherer> logger)
{
    /// <summary>How long a silo is waited for: a person looks at the answer, and is told who did not answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Behind every conflict of a key.</summary>
    private static readonly WriteStamp AllOfKey = new(HybridTimestamp.Max, "");

    private readonly ILogger _logger = logger;

    public async ValueTask<ConflictPage> List(ConflictId? after, int limit)
    {
        if (topology.View.Map is not { } map) return new ConflictPage { Entries = [] };
        var nodes = map.Generations.SelectMany(static generation => generation.Nodes).Distinct().ToList();
        var listings = await Task.WhenAll(nodes.Select(node => Ask(node, after?.Key.ToString(), limit)));

        var copies = new Dictionary<Key, KnownCopies>(Key.Comparer);
        var lists = new Dictionary<Key, int>(Key.Comparer);
        Key? end = null;
        foreach (var listing in listings.OfType<Listing>())
        {
            if (listing.HasMore && (end is null || listing.Copies[^1].Key < end)) end = listing.Copies[^1].Key;
            foreach (var (key, copy) in listing.Copies)
            {
                if (!copies.TryGetValue(key, out var known)) copies.Add(key, known = new KnownCopies());
                known.Add(copy.Accepted, copy.State, inSync: false);
                lists[key] = lists.GetValueOrDefault(key) + 1;
            }
        }

        var entries = new List<(ConflictId Id, Conflict Conflict)>();
        // One silo has more behind this key, which the others may have listed or not: what is behind it comes with the next page.
        foreach (var key in copies.Keys.Where(key => end is null || key <= end).Order())
        {
            if (entries.Count > limit) break;
            var state = lists[key] == map[key].Nodes.Length ? copies[key].State : (await reader.Gather(map, key)).State ?? copies[key].State;
            foreach (var conflict in state?.Divergence?.Conflicts ?? [])
            {
                var id = new ConflictId(key, conflict.Id);
                if (after is null || id > after) entries.Add((id, conflict));
            }
        }

        var page = entries.Take(limit).ToList();
        return new ConflictPage
        {
            Entries = [.. page.Select(static entry => ToEntry(entry.Id, entry.Conflict))],
            Next = entries.Count > limit ? page[^1].Id.ToString() : end is null ? null : new ConflictId(end, AllOfKey).ToString(),
            Unheard = [.. nodes.Where((_, at) => listings[at] is null).Select(static node => node.Name).Distinct()],
        };
    }

    private async Task<Listing?> Ask(NodeId node, string? from, int limit)
    {
        try
        {
            if (node == topology.Self) return Read(local.List(from, limit));
            if (!outlook.CanReach(node) || peers.Find(node) is not { } service) return null;
            return Read(await service.ListConflicted(from, limit).WaitAsync(Patience, time));
        }
        catch (Exception fault)
        {
            // Silent, refused, timed out, declared dead, or a fault of the peer: it is named as unheard.
            LogUnheard(node, fault);
            return null;
        }
    }

    private static Listing Read(ConflictedKeys conflicted) =>
        new([.. conflicted.Keys.Select(static listed => (Key.From(listed.Key), CopyFrame.Read(listed.Frame)))], conflicted is { HasMore: true, Keys.Length: > 0 });

    private static ConflictEntry ToEntry(ConflictId id, Conflict conflict) =>
        new() { Id = id.ToString(), Key = id.Key.ToString(), Kept = ToSide(conflict.Kept), Lost = ToSide(conflict.Lost) };

    private static ConflictSide ToSide(ContestedWrite write) => new()
    {
        Value = write.IsDelete ? null : write.Value.ToArray(),
        ContentType = write.ContentType == ContentTypes.Json ? null : write.ContentType,
        Clock = write.Stamp.Clock.Value,
        Silo = write.Stamp.Silo,
    };

    [LoggerMessage(1531, LogLevel.Information, "Node {Node} did not say which conflicts it knows of", EventName = "ConflictsUnheard")]
    private partial void LogUnheard(NodeId node, Exception fault);

    private sealed record Listing((Key Key, ReadReply Copy)[] Copies, bool HasMore);
}
