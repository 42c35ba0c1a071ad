using System.Diagnostics.Metrics;
using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Grains.Changes;
using Orleans.Kv.Grains.Coordination;
using Orleans.Kv.Grains.Expiry;
using Orleans.Kv.Grains.Monitoring;
using Orleans.Kv.Grains.Pending;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Grains.Repair;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Grains.Traffic;
using Orleans.Kv.Interfaces.Monitoring;

namespace Orleans.Kv.Grains.Observing;

/// <summary>
/// What a silo says of itself in numbers, under OpenTelemetry's rules for names. All of it is read when somebody asks, from what the parts count anyway or know at the moment: the store's work
/// costs nothing more for it. What has to be measured where it happens, how long operations take, is in <see cref="OperationMeters"/>.
/// </summary>
/// <remarks>The instruments belong to the silo's host, and end with it.</remarks>
internal sealed class StoreMetrics : ILifecycleParticipant<ISiloLifecycle>
{
    public const string MeterName = "Orleans.Kv.Silo";

    /// <summary>In seconds, from what a round trip within a rack takes to where every operation is given up.</summary>
    public static readonly double[] DurationBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

    private const string Node = "kv.node";

    private readonly TopologyAgent _topology;
    private readonly OwnStatus _own;
    private readonly IOutlook _outlook;
    private readonly PendingPushes _pushes;

    public StoreMetrics(
        IMeterFactory meters, TopologyAgent topology, OwnStatus own, IOutlook outlook, PendingPushes pushes, ProposingCounters proposing, TrafficCounters traffic, RepairCounters repair,
        PendingCounters pending, ExpiryCounters expiry, ChangeCounters changes, GrainMeters grains)
    {
        _topology = topology;
        _own = own;
        _outlook = outlook;
        _pushes = pushes;
        var meter = meters.Create(MeterName);
        AddStore(meter);
        AddMap(meter);
        AddPushes(meter);
        AddWork(meter, proposing, traffic, expiry);
        AddRepair(meter, repair);
        AddPendingWrites(meter, pending);
        AddChanges(meter, changes);
        AddGrains(meter, grains);
    }

    // Nothing is done: to be made with the silo is all that is wanted.
    public void Participate(ISiloLifecycle lifecycle)
    {
    }

    private void AddStore(Meter meter)
    {
        meter.CreateObservableUpDownCounter("kv.replica.keys", () => _own.Compose().Keys, "{key}", "Keys with a value in this silo's store.");
        meter.CreateObservableUpDownCounter("kv.replica.tombstones", () => _own.Compose().Tombstones, "{key}", "Deleted keys in this silo's store that are not purged yet.");
        meter.CreateObservableUpDownCounter("kv.replica.size", () => _own.Compose().Bytes, "By", "What this silo's registers take up.");
        meter.CreateObservableGauge("kv.replica.in_sync", () => Flag(_own.Compose().InSync), null, "1 while this silo has missed nothing that was committed, as far as all silos know.");
    }

    private void AddMap(Meter meter)
    {
        meter.CreateObservableGauge("kv.map.epoch", () => _topology.View.Epoch.Number, null, "The epoch of the map that this silo acts by; 0 without a map.");
        meter.CreateObservableGauge("kv.map.mode", () => (int)(_topology.View.Map?.Mode ?? 0), null, "The consistency mode: 1 is CP, 2 is AP; 0 without a map.");
        meter.CreateObservableGauge("kv.map.nodes", () => _topology.View.Map?.Newest.Nodes.Length ?? 0, "{node}", "Nodes of the map's newest generation.");
        meter.CreateObservableGauge("kv.map.migrating", () => Flag(_topology.View.Map is { IsStable: false }), null, "1 while keys move from one set of nodes to another.");
        meter.CreateObservableGauge("kv.map.member", () => Flag(_topology.View.Map?.Newest.Nodes.Contains(_topology.Self) ?? false), null, "1 while this silo is one of the map's nodes.");
        meter.CreateObservableGauge("kv.silo.leader", () => Flag(_topology.Leader == _topology.Self.Name), null, "1 where the cluster's map is kept in step with its members.");
        meter.CreateObservableGauge("kv.silo.isolated", () => Flag(_topology.IsIsolated), null, "1 while this silo is cut off from the majority of the others, and runs by itself.");
        meter.CreateObservableGauge("kv.peer.reachable", Reachable, null, "1 for each other node of the map that answers this silo.");
    }

    private void AddPushes(Meter meter)
    {
        meter.CreateObservableUpDownCounter("kv.pending.pushes", () => Debts(debts => debts.Sum(debt => (long)debt.Keys)), "{key}", "Keys that a node has missed and that this silo will bring it.");
        meter.CreateObservableUpDownCounter("kv.pending.slots", () => Debts(debts => debts.Sum(debt => (long)debt.Slots)), "{slot}", "Slots that a node has missed too many keys of to list them.");
        meter.CreateObservableGauge("kv.pending.age", () => Debts(debts => debts.Max(debt => debt.OldestAge ?? 0) / 1_000.0), "s", "For how long the node has been missing the oldest of them.");
    }

    private static void AddWork(Meter meter, ProposingCounters proposing, TrafficCounters traffic, ExpiryCounters expiry)
    {
        meter.CreateObservableCounter("kv.proposer.operations", () => proposing.Operations, "{operation}", "Operations that this silo's proposers took on.");
        meter.CreateObservableCounter("kv.proposer.rounds", () => proposing.Rounds, "{round}", "Rounds of messages begun for them.");
        meter.CreateObservableCounter("kv.peer.batches", () => traffic.Batches, "{batch}", "Frames sent to other silos.");
        meter.CreateObservableCounter("kv.peer.messages", () => traffic.Messages, "{message}", "Requests in them.");
        meter.CreateObservableCounter("kv.expiry.expired", () => expiry.Reaped, "{key}", "Keys whose time was up and that the reaper found.");
    }

    private static void AddRepair(Meter meter, RepairCounters repair)
    {
        meter.CreateObservableCounter("kv.repair.replayed_keys", () => repair.ReplayedKeys, "{key}", "Keys brought to a node that had missed them.");
        meter.CreateObservableCounter("kv.repair.replayed_slots", () => repair.ReplayedSlots, "{slot}", "Whole slots brought to a node that had missed them.");
        meter.CreateObservableCounter("kv.repair.repaired_keys", () => repair.RepairedKeys, "{key}", "Keys that a comparison of replicas found to be behind, and that were brought there.");
        meter.CreateObservableCounter("kv.repair.corruptions", () => repair.Corruptions, "{key}", "Copies found to be corrupt.");
        meter.CreateObservableCounter("kv.repair.repaired_corruptions", () => repair.RepairedCorruptions, "{key}", "Corrupt copies replaced from the majority.");
        meter.CreateObservableCounter("kv.repair.purged", () => repair.Purged, "{key}", "Registers of deleted keys removed from all their replicas.");
    }

    private void AddPendingWrites(Meter meter, PendingCounters pending)
    {
        const string Result = "kv.result";
        meter.CreateObservableUpDownCounter("kv.pending.writes", () => _own.Compose().PendingWrites, "{write}", "Writes accepted without a quorum that wait for one on this silo.");
        meter.CreateObservableCounter(
            "kv.pending.offered",
            () => new Measurement<long>[] { new(pending.Accepted, new KeyValuePair<string, object?>(Result, "accepted")), new(pending.Refused, new KeyValuePair<string, object?>(Result, "refused")), new(pending.Kept, new KeyValuePair<string, object?>(Result, "kept")) },
            "{write}", "Writes without a quorum: accepted here, refused because too many wait, or kept for another silo.");
        meter.CreateObservableCounter(
            "kv.pending.merged",
            () => new Measurement<long>[] { new(pending.Won, new KeyValuePair<string, object?>(Result, "won")), new(pending.Lost, new KeyValuePair<string, object?>(Result, "lost")), new(pending.Known, new KeyValuePair<string, object?>(Result, "known")) },
            "{write}", "What became of them: the value now, lost and listed as a conflict, or known already.");
        meter.CreateObservableCounter("kv.pending.put_off", () => pending.Full, "{write}", "Merges put off because the key's list of conflicts was full.");
    }

    private static void AddChanges(Meter meter, ChangeCounters changes)
    {
        const string Kind = "kv.kind";
        meter.CreateObservableCounter(
            "kv.changes.told",
            () => new Measurement<long>[] { new(changes.Changes, new KeyValuePair<string, object?>(Kind, "change")), new(changes.Hints, new KeyValuePair<string, object?>(Kind, "hint")) },
            "{change}", "What API hosts that watch keys were told.");
        meter.CreateObservableCounter("kv.changes.overflows", () => changes.Overflows, "{queue}", "Queues dropped because an API host did not fetch what waited for it.");
    }

    private static void AddGrains(Meter meter, GrainMeters grains)
    {
        meter.CreateObservableCounter("kv.grain.calls", () => Each(counts => counts.Calls), "{call}", "Calls that ended, by grain class.");
        meter.CreateObservableCounter("kv.grain.failed_calls", () => Each(counts => counts.Failed), "{call}", "Those of them that threw.");
        meter.CreateObservableCounter("kv.grain.call_time", () => Each(counts => counts.Microseconds / 1e6), "s", "How long all of them took together, from the beginning of each one's turn.");

        IEnumerable<Measurement<T>> Each<T>(Func<CallCounts, T> of)
            where T : struct => grains.All.Select(grain => new Measurement<T>(of(grain.Meter.Report(grain.Name)), new KeyValuePair<string, object?>("kv.grain", grain.Name)));
    }

    private IEnumerable<Measurement<int>> Reachable() => _topology.View.Map is not { } map
        ? []
        : map.Newest.Nodes.Where(node => node != _topology.Self).Select(node => new Measurement<int>(Flag(_outlook.CanReach(node)), new KeyValuePair<string, object?>(Node, node.Name)));

    // By name: of a store that was replaced, what is owed to the former one counts as well until it has left the map.
    private IEnumerable<Measurement<T>> Debts<T>(Func<IEnumerable<DebtStatus>, T> of)
        where T : struct => _pushes.Debts
        .GroupBy(debt => debt.Node.Name, debt => debt.Status, StringComparer.Ordinal)
        .Select(debts => new Measurement<T>(of(debts), new KeyValuePair<string, object?>(Node, debts.Key)));

    private static int Flag(bool isSet) => isSet ? 1 : 0;
}
