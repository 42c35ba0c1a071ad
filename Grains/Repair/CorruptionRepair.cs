using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Grains.Traffic;

namespace Orleans.Kv.Grains.Repair;

/// <summary>
/// Replaces copies of a state whose bytes are not those that were accepted: memory broke, or something wrote where it must not. All replicas of the slot tell what they have
/// under that ballot; the core's <see cref="RepairRule"/> says which is the true one, and every copy that differs from it is replaced in place, under its ballot. Where nobody has
/// the true one, the key is settled without the corrupt copy if the protocol allows; else nothing is touched, and an operator is told.
/// </summary>
internal sealed partial class CorruptionRepair(
    SlotQuestions questions, PeerTraffic traffic, Replica replica, Settler settler, TopologyAgent topology, RepairCounters counters, ILogger<CorruptionRepair> logger)
{
    // Beyond so many at once the machine is lost, and what matters about them is their number.
    private const int MaxKnown = 65_536;

    private readonly ILogger _logger = logger;
    private readonly Lock _gate = new();
    private readonly HashSet<(NodeId Node, Key Key, Ballot Ballot)> _known = [];

    /// <summary>How many of the keys could not be repaired.</summary>
    public async Task<int> Repair(ClusterMap map, Slot slot, ImmutableArray<KeyAtBallot> keys)
    {
        if (keys.IsEmpty) return 0;
        var listings = new Dictionary<NodeId, Dictionary<Key, ListedRegister>>();
        foreach (var node in map[slot].Replicas.ToArray())
        {
            if (await questions.ListAll(node, map.Epoch, slot) is { } listed)
                listings[node] = listed.ToDictionary(register => register.Key, Key.Comparer);
        }

        var left = 0;
        foreach (var (key, ballot) in keys)
        {
            if (!await Repair(map, key, ballot, listings)) left++;
        }

        return left;
    }

    private async Task<bool> Repair(ClusterMap map, Key key, Ballot ballot, Dictionary<NodeId, Dictionary<Key, ListedRegister>> listings)
    {
        var copies = new List<StateCopy>();
        var isOutdated = false;
        var isComplete = true;
        foreach (var (node, listing) in listings)
        {
            if (!listing.TryGetValue(key, out var register)) continue;
            isOutdated |= register.Accepted > ballot;
            if (register.Accepted != ballot) continue;
            var state = register.IsCorrupt ? null : await Read(map, node, key, ballot);
            // Gone on meanwhile, out of reach, or found corrupt by this very reading and listed as such the next time: no evidence of anything.
            if (state is null && !register.IsCorrupt) isComplete = false;
            else copies.Add(new StateCopy(node, register.StateHash, state));
        }

        foreach (var copy in copies)
        {
            if (!copy.IsSound) Report(copy.Node, key, ballot);
        }

        var truth = RepairRule.Decide(map[key].ReplicaCount, CollectionsMarshal.AsSpan(copies));
        // Newer states overwrite older ones, whatever these have become; and where no copy says anything, what the others have is all that was ever committed.
        if (isOutdated || (truth is null && isComplete && copies.TrueForAll(static copy => copy.State is null))) return await Settle(key);
        if (truth is null && !isComplete) return false;
        if (truth is null)
        {
            LogUndecided(key.Hash, key.Slot, string.Join(", ", copies.Select(copy => copy.Node)));
            return false;
        }

        var isRepaired = isComplete;
        foreach (var copy in copies)
        {
            if (!RepairRule.Replaces(truth, copy)) continue;
            Report(copy.Node, key, ballot);
            isRepaired &= await Replace(map, copy.Node, key, ballot, truth);
        }

        return isRepaired;
    }

    private async Task<RegisterState?> Read(ClusterMap map, NodeId node, Key key, Ballot ballot)
    {
        if (node == topology.Self) return replica.TryGet(key, out var register) && register.Accepted == ballot ? register.State : null;
        var reply = await OneReply.Of(traffic, node, new ReadRequest(key, map.Epoch, 0, Ballot.Zero));
        return reply is ReadReply read && read.Accepted == ballot ? read.State : null;
    }

    private async Task<bool> Replace(ClusterMap map, NodeId node, Key key, Ballot ballot, RegisterState truth)
    {
        if (await questions.Ask(node, new RepairRequest(key.Slot, map.Epoch, 0, key, ballot, truth)) is not RepairedReply reply) return false;
        lock (_gate) _known.Remove((node, key, ballot));
        if (!reply.Repaired) return true;
        counters.OnRepairedCorruption();
        LogRepaired(key.Hash, key.Slot, node);
        return true;
    }

    private async Task<bool> Settle(Key key)
    {
        var batch = new SettleBatch(1);
        settler.Settle(key, 0, batch);
        return await batch.Failed == 0;
    }

    /// <summary>Counts and logs each corrupt copy once, however often it is met before it is repaired.</summary>
    private void Report(NodeId node, Key key, Ballot ballot)
    {
        lock (_gate)
        {
            if (_known.Count >= MaxKnown) _known.Clear();
            if (!_known.Add((node, key, ballot))) return;
        }

        counters.OnCorruption();
        LogCorrupt(key.Hash, key.Slot, node);
    }

    // Keys are the callers' data and do not go into logs; the hash finds them.
    [LoggerMessage(1321, LogLevel.Error, "The state of key {Hash:x16} in {Slot} is corrupt on node {Node}", EventName = "StateCorrupt")]
    private partial void LogCorrupt(ulong hash, Slot slot, NodeId node);

    [LoggerMessage(1322, LogLevel.Warning, "The state of key {Hash:x16} in {Slot} is repaired on node {Node}", EventName = "StateRepaired")]
    private partial void LogRepaired(ulong hash, Slot slot, NodeId node);

    [LoggerMessage(1323, LogLevel.Error, "The nodes {Nodes} have different states of key {Hash:x16} in {Slot} under one ballot, and nobody can tell which is the true one", EventName = "StateUndecided")]
    private partial void LogUndecided(ulong hash, Slot slot, string nodes);
}
