using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Grains.Traffic;

namespace Orleans.Kv.Grains.Repair;

/// <summary>
/// Finds and removes differences between replicas that nobody has noticed: pushes whose failure was forgotten with the silo that knew of it, lost registers, broken memory.
/// <para>
/// Periodically, and once after every change of the map, while the map is stable. First this silo reads its own states against the hashes they were accepted with. Then it compares the
/// digests of the slots it shares with each other node, one message for all of them; of two nodes the smaller one asks. Writes under way make digests differ for a moment, so
/// only what differs twice is looked at. Slots that differ are listed and made equal by <see cref="SlotSync"/>.
/// </para>
/// </summary>
internal sealed partial class AntiEntropy(
    Replica replica, TopologyAgent topology, SlotQuestions questions, SlotSync sync, CorruptionRepair corruption, IOptions<RepairOptions> options,
    TimeProvider time, ILogger<AntiEntropy> logger)
{
    /// <summary>Longer than a write takes to reach all of its replicas, unless one of them is in trouble.</summary>
    private static readonly TimeSpan Confirmation = TimeSpan.FromMilliseconds(100);

    // So that a comparison that finds much does not take the machine from everybody else.
    private const int SlotsAtOnce = 4;

    private readonly ILogger _logger = logger;
    private readonly ConcurrentDictionary<NodeId, Comparison> _comparisons = new();
    private int _nextSlot;

    /// <summary>The last comparison with that node; epoch zero where there was none, or where it is the other one that compares.</summary>
    public Comparison With(NodeId node) => _comparisons.GetValueOrDefault(node);

    /// <summary>One pass; false where some node could not be compared with.</summary>
    public async Task<bool> Pass(CancellationToken stop)
    {
        if (topology.View.Map is not { IsStable: true } map || !map.Contains(topology.Self)) return true;
        foreach (var node in _comparisons.Keys)
        {
            if (!map.Contains(node)) _comparisons.TryRemove(node, out _);
        }

        await Scrub(map);
        var isComplete = true;
        foreach (var peer in map.Newest.Nodes)
        {
            if (topology.Self.CompareTo(peer) < 0) isComplete &= await Compare(map, peer, stop);
        }

        return isComplete;
    }

    private async Task Scrub(ClusterMap map)
    {
        var corrupt = new List<Key>();
        var bytes = 0L;
        for (var i = 0; i < Slot.Count && bytes < options.Value.ScrubBytesPerPeriod; i++)
        {
            bytes += replica.Scrub(new Slot((ushort)_nextSlot), corrupt);
            _nextSlot = (_nextSlot + 1) % Slot.Count;
        }

        foreach (var slot in corrupt.GroupBy(static key => key.Slot))
        {
            if (await questions.ListAll(topology.Self, map.Epoch, slot.Key) is not { } listed) continue;
            // As it is listed now: what was written meanwhile is not corrupt any more.
            await corruption.Repair(map, slot.Key, [.. listed.Where(static register => register.IsCorrupt).Select(static register => new KeyAtBallot(register.Key, register.Accepted))]);
        }
    }

    private async Task<bool> Compare(ClusterMap map, NodeId peer, CancellationToken stop)
    {
        var shared = new List<Slot>();
        for (var i = 0; i < Slot.Count; i++)
        {
            var slot = new Slot((ushort)i);
            var replicas = map[slot].Replicas;
            if (replicas.Contains(topology.Self) && replicas.Contains(peer)) shared.Add(slot);
        }

        if (shared.Count == 0)
        {
            _comparisons[peer] = new Comparison(map.Epoch.Number, 0);
            return true;
        }

        if (await Differing(map, peer, shared) is not { } differing) return false;
        if (differing.Length > 0)
        {
            await Task.Delay(Confirmation, time, stop);
            if (await Differing(map, peer, differing) is not { } confirmed) return false;
            differing = confirmed;
        }

        var left = 0;
        await Parallel.ForEachAsync(differing, new ParallelOptions { MaxDegreeOfParallelism = SlotsAtOnce, CancellationToken = stop }, async (slot, _) =>
        {
            if (!await sync.Synchronize(map, slot, peer)) Interlocked.Increment(ref left);
        });
        _comparisons[peer] = new Comparison(map.Epoch.Number, left);
        if (differing.Length > 0) LogCompared(peer, differing.Length, shared.Count, left);
        return true;
    }

    private async ValueTask<ImmutableArray<Slot>?> Differing(ClusterMap map, NodeId peer, IReadOnlyCollection<Slot> slots)
    {
        var digests = slots.Select(slot => new SlotDigest(slot, replica.DigestOf(slot))).ToImmutableArray();
        return await questions.Ask(peer, new DigestRequest(map.Epoch, 0, digests)) is DigestReply reply ? reply.Differing : null;
    }

    [LoggerMessage(1331, LogLevel.Information, "Compared with node {Node}: {Differing} of {Shared} shared slots differed, {Left} still do", EventName = "ReplicasCompared")]
    private partial void LogCompared(NodeId node, int differing, int shared, int left);
}
