using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Grains.Traffic;

namespace Orleans.Kv.Grains.Repair;

/// <summary>
/// Frees what deleted keys leave behind, once nobody can ask for it any more, by the steps and for the reasons that <see cref="PurgeCandidates"/> gives. Each slot's first replica
/// does it for all; what was only promised, every replica looks for itself. A single node that does not answer keeps its slots' tombstones where they are: they are small, and a deleted key that comes back is not.
/// </summary>
internal sealed partial class Purger(
    Replica replica, TopologyAgent topology, SlotQuestions questions, RepairCounters counters, IOptions<RepairOptions> options, TimeProvider time, ILogger<Purger> logger)
{
    private const int SlotsAtOnce = 4;

    private readonly ILogger _logger = logger;

    public async Task Pass(CancellationToken stop)
    {
        if (topology.View.Map is not { IsStable: true } map || !map.Contains(topology.Self)) return;
        var before = HybridTimestamp.FromUnixMilliseconds(Math.Max(0, (time.GetUtcNow() - options.Value.PurgeAge).ToUnixTimeMilliseconds()));
        var candidates = new Dictionary<Slot, PurgeCandidates>();
        for (var i = 0; i < Slot.Count; i++)
        {
            var slot = new Slot((ushort)i);
            var rank = map[slot].Replicas.IndexOf(topology.Self);
            if (rank < 0) continue;
            var found = replica.FindPurgeable(slot, before, OneSlotRequest.MaxKeys);
            // Promises count in no digest: one that the first replica never heard of would stay for ever.
            if (rank > 0) found = found with { Keys = found.Keys.RemoveAll(static key => !key.Accepted.IsZero) };
            if (!found.Keys.IsEmpty) candidates.Add(slot, found);
        }

        if (candidates.Count == 0) return;
        await LeaveOutWhatOthersHold(map, candidates);
        var purged = 0;
        await Parallel.ForEachAsync(candidates.Values, new ParallelOptions { MaxDegreeOfParallelism = SlotsAtOnce, CancellationToken = stop }, async (found, _) =>
            Interlocked.Add(ref purged, await Purge(map, found)));
        counters.OnPurged(purged);
        if (purged > 0) LogPurged(purged, candidates.Count);
    }

    /// <summary>Nodes of the map that are no replicas of a slot may have been: they must have dropped what they held.</summary>
    private async Task LeaveOutWhatOthersHold(ClusterMap map, Dictionary<Slot, PurgeCandidates> candidates)
    {
        foreach (var node in map.Newest.Nodes)
        {
            var foreign = candidates.Keys.Where(slot => !map[slot].Replicas.Contains(node)).Order().ToList();
            if (foreign.Count == 0) continue;
            var request = new DigestRequest(map.Epoch, 0, [.. foreign.Select(static slot => new SlotDigest(slot, 0))]);
            IEnumerable<Slot> held = await questions.Ask(node, request) is DigestReply reply ? reply.Differing : foreign;
            foreach (var slot in held) candidates.Remove(slot);
        }
    }

    private async Task<int> Purge(ClusterMap map, PurgeCandidates found)
    {
        var replicas = map[found.Slot].Replicas.ToArray();
        var holds = found.ToHolds(map.Epoch, 0);
        var confirmed = Enumerable.Repeat(true, found.Keys.Length).ToArray();
        foreach (var node in replicas)
        {
            if (await questions.Ask(node, holds) is not HoldsReply reply || reply.Held.Length != confirmed.Length) return 0;
            for (var i = 0; i < confirmed.Length; i++) confirmed[i] &= reply.Held[i];
        }

        var purge = found.ToPurge(map.Epoch, 0, found.Keys.Where((_, i) => confirmed[i]));
        if (purge.Keys.IsEmpty) return 0;
        var purged = 0;
        foreach (var node in replicas)
        {
            // Who does not hear of it keeps its tombstones, is found to differ, and gets the key settled: it is purged another time.
            if (await questions.Ask(node, purge) is PurgedReply reply) purged = Math.Max(purged, reply.Count);
        }

        return purged;
    }

    [LoggerMessage(1341, LogLevel.Information, "Purged {Registers} registers of deleted keys in {Slots} slots", EventName = "Purged")]
    private partial void LogPurged(int registers, int slots);
}
