using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Grains.Pending;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Listing;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Grains.Listing;

/// <summary>
/// Puts pages of keys together. Every node gives a page of its own keys, in their order, from an index that it keeps (<see cref="RegisterIndex"/>); <see cref="KeyListing"/> unites them and
/// says why the result is right. What it leaves open is read key by key.
/// <para>
/// A page goes as far as all nodes' pages go; where that gives fewer keys than were asked for, because of deleted keys for instance, it goes on from there with another round, for a limited time. Nothing
/// is kept between pages: the next one begins behind a key, on whichever silo.
/// </para>
/// <para>
/// Without the quorums of every slot there is no page in CP. In AP there is one of what answered, by the newest copies and this silo's pending writes, marked stale.
/// </para>
/// </summary>
internal sealed class KeyLister(
    TopologyAgent topology, KeyQuestions questions, Settler settler, CopyReader copies, PendingStore pending, IOptions<ListingOptions> options, TimeProvider time)
{
    // Behind whose back the map changes all the time cannot be served; it is enough for a migration that begins, and one that ends.
    private const int MaxMaps = 8;

    // A small page asks for a few more: what is deleted fills pages as well.
    private const int MinEntries = 128;

    private int _pages;

    public async ValueTask<KeyPage> List(KeyListRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (FaultOf(request, out var prefix, out var after) is { } fault) return Refuse(ReplyStatus.Invalid, fault);
        if (topology.View.Map is null) return Refuse(ReplyStatus.Forming, "the cluster has no map yet: too few nodes have joined");
        if (Interlocked.Increment(ref _pages) > options.Value.MaxPages)
        {
            Interlocked.Decrement(ref _pages);
            return Refuse(ReplyStatus.Overloaded, "too many pages are being put together");
        }

        try
        {
            return await Fill(prefix, after, request.Limit);
        }
        finally
        {
            Interlocked.Decrement(ref _pages);
        }
    }

    private async ValueTask<KeyPage> Fill(Key? prefix, Key? after, int limit)
    {
        var found = new List<Key>();
        var started = time.GetTimestamp();
        var isStale = false;
        var cursor = after;
        var maps = 0;
        while (true)
        {
            if (topology.View.Map is not { } map) return Refuse(ReplyStatus.Forming, "the cluster has no map yet");
            var entries = Math.Clamp(limit - found.Count + 1, MinEntries, KeysRequest.MaxEntries);
            if (await questions.Ask(map, new KeysRequest(map.Epoch, 0, prefix, cursor, entries)) is not { } listing)
            {
                if (++maps == MaxMaps) return Refuse(ReplyStatus.Unavailable, "the cluster's map changes all the time");
                await topology.Reach(map.Epoch.Next(), options.Value.Patience);
                continue;
            }

            if (await Round(map, listing, prefix, cursor, found, limit) is not { } round) return Refuse(ReplyStatus.NoQuorum, questions.Unreachable(map));
            isStale |= round.IsStale;
            cursor = round.CoveredTo;
            if (cursor is null || found.Count >= limit || time.GetElapsedTime(started) >= options.Value.PageTime) break;
        }

        return new KeyPage { Status = ReplyStatus.Done, Silo = topology.Self.Name, Keys = [.. found.Select(static key => key.ToString())], Next = cursor?.ToString(), Stale = isStale };
    }

    /// <summary>Adds what one round of answers has to say; null where that is nothing for want of quorums.</summary>
    private async ValueTask<RoundEnd?> Round(ClusterMap map, KeyListing listing, Key? prefix, Key? after, List<Key> found, int limit)
    {
        var now = HybridTimestamp.FromUnixMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        if (listing.HasQuorums)
        {
            var end = await Add(listing.Judge(now), listing.CoveredTo, found, limit, IsThere);
            if (end is not null) return end;
        }

        if (map.Mode != ConsistencyMode.Available || listing.Answers == 0) return null;
        var judged = WithPending(listing.JudgeByNewest(now), listing.CoveredTo, prefix, after);
        return await Add(judged, listing.CoveredTo, found, limit, key => IsThereAsFarAsIsKnown(map, key, now)) is { } covered ? covered with { IsStale = true } : null;
    }

    /// <summary>Adds keys in order until the limit is reached. Null where a key that has to be read cannot be.</summary>
    private static async ValueTask<RoundEnd?> Add(
        IReadOnlyList<(Key Key, KeyVerdict Verdict)> judged, Key? coveredTo, List<Key> found, int limit, Func<Key, Task<bool?>> isThere)
    {
        // As many as the page may still take if all of those that are unclear exist; the next round looks at the rest.
        var taken = 0;
        var room = limit - found.Count;
        while (taken < judged.Count && room > 0)
        {
            if (judged[taken++].Verdict != KeyVerdict.Absent) room--;
        }

        var reads = new Dictionary<Key, Task<bool?>>(Key.Comparer);
        for (var i = 0; i < taken; i++)
        {
            if (judged[i].Verdict == KeyVerdict.Unclear) reads.Add(judged[i].Key, isThere(judged[i].Key));
        }

        var answers = await Task.WhenAll(reads.Values);
        if (answers.Contains(null)) return null;
        for (var i = 0; i < taken; i++)
        {
            var (key, verdict) = judged[i];
            if (verdict == KeyVerdict.Exists || (verdict == KeyVerdict.Unclear && await reads[key] == true)) found.Add(key);
        }

        return new RoundEnd(taken < judged.Count ? judged[taken - 1].Key : coveredTo, IsStale: false);
    }

    private async Task<bool?> IsThere(Key key)
    {
        // A read has no effect: its id is nobody's.
        var outcome = await settler.Submit(key, new Operation { Id = default, Kind = OperationKind.Fetch });
        return outcome switch
        {
            Outcome.Found => true,
            Outcome.NotFound => false,
            _ => null,
        };
    }

    private async Task<bool?> IsThereAsFarAsIsKnown(ClusterMap map, Key key, HybridTimestamp now)
    {
        var known = await copies.Gather(map, key);
        if (known.Newest is { } write) return PendingRules.IsThere(write, now);
        return known.State is { IsTombstone: false } state && !state.IsDue(now);
    }

    /// <summary>Keys that pending writes are about are read by themselves, in their places.</summary>
    private IReadOnlyList<(Key Key, KeyVerdict Verdict)> WithPending(IReadOnlyList<(Key Key, KeyVerdict Verdict)> judged, Key? coveredTo, Key? prefix, Key? after)
    {
        if (pending.Count == 0) return judged;
        var all = new SortedDictionary<Key, KeyVerdict>(judged.ToDictionary(static entry => entry.Key, static entry => entry.Verdict, Key.Comparer));
        foreach (var write in pending.Snapshot())
        {
            var key = write.Key;
            if ((prefix is null || key.Utf8.StartsWith(prefix.Utf8)) && (after is null || key > after) && (coveredTo is null || key <= coveredTo)) all[key] = KeyVerdict.Unclear;
        }

        return [.. all.Select(static entry => (entry.Key, entry.Value))];
    }

    private KeyPage Refuse(ReplyStatus status, string detail) => new() { Status = status, Silo = topology.Self.Name, Detail = detail };

    private static string? FaultOf(KeyListRequest request, out Key? prefix, out Key? after)
    {
        prefix = after = null;
        if (request.Limit is < 1 or > KeyPage.MaxKeys) return $"a page has 1 to {KeyPage.MaxKeys} keys";
        if (!string.IsNullOrEmpty(request.Prefix) && !Key.TryFrom(request.Prefix, out prefix, out var fault)) return $"the prefix is the beginning of no key: {fault}";
        return !string.IsNullOrEmpty(request.After) && !Key.TryFrom(request.After, out after, out fault) ? $"no page begins behind what is no key: {fault}" : null;
    }

    /// <param name="CoveredTo">Everything up to here has been looked at; null for the end.</param>
    /// <param name="IsStale">Without a quorum.</param>
    private readonly record struct RoundEnd(Key? CoveredTo, bool IsStale);
}
