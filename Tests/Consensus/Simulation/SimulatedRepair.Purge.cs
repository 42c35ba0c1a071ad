using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

// Purges: see PurgeCandidates for the whole of it.
internal sealed partial class SimulatedRepair
{
    private const int MaxPurged = 3;

    private void Purge()
    {
        var map = silo.Map!;
        var slot = simulation.Slots[simulation.Random.Next(simulation.Slots.Length)];
        if (!map.IsStable || !map[slot].Replicas.Contains(silo.Node))
            return;
        var before = HybridTimestamp.FromUnixMilliseconds(Moment.UnixMilliseconds - simulation.Options.PurgeAge);
        var candidates = silo.Replica[slot].FindPurgeable(before, MaxPurged);
        if (candidates.Keys.IsEmpty)
            return;

        var missing = map.Newest.Nodes.ToHashSet();
        var held = Enumerable.Repeat(true, candidates.Keys.Length).ToArray();
        foreach (var node in map.Newest.Nodes)
        {
            if (map[slot].Replicas.Contains(node))
            {
                Ask<HoldsReply>(map, node, candidates.ToHolds(map.Epoch, ++_round), reply =>
                {
                    for (var i = 0; i < held.Length; i++)
                        held[i] &= reply.Held[i];
                    Confirm(node);
                });
            }
            else
            {
                Ask<DigestReply>(map, node, new DigestRequest(map.Epoch, ++_round, [new SlotDigest(slot, 0)]), reply =>
                {
                    if (reply.Differing.IsEmpty)
                        Confirm(node);
                });
            }
        }

        void Confirm(NodeId node)
        {
            if (!missing.Remove(node) || missing.Count > 0)
                return;
            var confirmed = candidates.Keys.Where((_, i) => held[i]).ToArray();
            if (confirmed.Length == 0)
                return;
            foreach (var replica in map[slot].Replicas.ToArray())
                Ask<PurgedReply>(map, replica, candidates.ToPurge(map.Epoch, ++_round, confirmed), static _ => { });
        }
    }
}
