using Microsoft.Extensions.Logging;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Grains.Migration;

/// <summary>
/// The leader's part in a migration: hands out the slots to the silos and gathers what they have done.
/// <para>
/// Each round it asks every live silo of the newest generation in one short call: the call names all slots that are the silo's to migrate at present, and the answer
/// all that it has done under this epoch. So nothing is lost with a leader: the next one hears from the first answers how far things are. A slot goes to its best-ranked
/// replica of the newest generation that is alive and answers, those first that had a copy before: they need not ask others for what they bring. A silo that dies or
/// falls silent loses its slots to others with the next round; if it is still at them, both do the same, which ballots keep harmless.
/// </para>
/// <para>
/// Done counts per epoch alone: with the next map the count begins anew, even for slots that it did not touch, since what sealed them was the former epoch.
/// Runs on the topology grain's scheduler: one thread at a time.
/// </para>
/// </summary>
internal sealed partial class MigrationLead(
    TopologyAgent agent, TopologyServiceClient services, NodeWatch watch, TimeProvider time, ILogger logger, Action onProgress)
{
    /// <summary>A silo that has not answered for so long does not keep its slots.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromMilliseconds(1_500);

    private readonly ILogger _logger = logger;
    private readonly Dictionary<NodeId, Worker> _workers = [];
    private ClusterMap? _map;
    private SlotSet _needed = new();
    private SlotSet _done = new();
    private ulong[] _holders = [];

    public MigrationStatus? Last { get; private set; }

    /// <summary>Every slot that needs it was migrated under exactly this epoch.</summary>
    public bool IsComplete(Epoch epoch) => _map?.Epoch == epoch && _done.IsSupersetOf(_needed);

    public MigrationStatus? Status => _map is null ? null : Describe();

    /// <summary>Begins anew if the map is another one than before, and has every silo asked that is not being asked.</summary>
    public void Advance(ClusterMap map)
    {
        if (map.IsStable)
        {
            Forget();
            return;
        }

        if (_map?.Epoch != map.Epoch) Begin(map);
        var now = time.GetTimestamp();
        var addresses = new Dictionary<NodeId, SiloAddress>();
        foreach (var node in map.Newest.Nodes)
        {
            if (agent.View.AddressOf(node) is { } silo && watch.IsAlive(silo)) addresses[node] = silo;
            else _workers.Remove(node);
        }

        foreach (var node in addresses.Keys)
        {
            if (!_workers.ContainsKey(node)) _workers[node] = new Worker(now);
        }

        var orders = HandOut(map, now);
        foreach (var (node, silo) in addresses)
        {
            var worker = _workers[node];
            if (!worker.IsAsked) _ = Ask(map.Epoch, node, silo, worker, orders[node]);
        }
    }

    /// <summary>Forgets the migration that is over, or superseded; remembers its figures when it is over.</summary>
    private void Forget()
    {
        if (_map is null) return;
        if (IsComplete(_map.Epoch))
        {
            Last = Describe();
            LogDone(_map.Epoch.Number, Last.SlotsDone, Last.KeysMoved, _workers.Values.Select(worker => worker.Milliseconds).DefaultIfEmpty().Max(), Last.KeysPerSecond);
        }

        _map = null;
        _workers.Clear();
    }

    private void Begin(ClusterMap map)
    {
        _map = map;
        _needed = new SlotSet();
        _done = new SlotSet();
        _workers.Clear();
        _holders = new ulong[Slot.Count];
        for (var index = 0; index < Slot.Count; index++)
        {
            var slot = new Slot((ushort)index);
            if (!SlotMigration.IsNeeded(map, slot)) continue;
            _needed.Add(index);
            foreach (var older in map[slot].OlderQuorums) _holders[index] |= older.Members;
        }

        LogBegun(map.Epoch.Number, _needed.Count);
    }

    private Dictionary<NodeId, SlotSet> HandOut(ClusterMap map, long now)
    {
        var orders = _workers.Keys.ToDictionary(node => node, _ => new SlotSet());
        for (var index = 0; index < Slot.Count; index++)
        {
            if (!_needed.Contains(index) || _done.Contains(index)) continue;
            if (Choose(map[new Slot((ushort)index)], _holders[index], now) is { } node) orders[node].Add(index);
        }

        return orders;
    }

    private NodeId? Choose(Consensus.Placement placement, ulong holders, long now)
    {
        NodeId? second = null;
        for (var i = 0; i < placement.ReplicaCount; i++)
        {
            var node = placement.Nodes[i];
            if (!_workers.TryGetValue(node, out var worker) || time.GetElapsedTime(worker.HeardAt, now) > SilentAfter) continue;
            if ((holders >> i & 1) != 0) return node;
            second ??= node;
        }

        return second;
    }

    private async Task Ask(Epoch epoch, NodeId node, SiloAddress silo, Worker worker, SlotSet slots)
    {
        worker.IsAsked = true;
        try
        {
            var report = await services.On(silo).Migrate(new MigrationOrder { Epoch = epoch.Number, Slots = slots.ToBytes() });
            if (_map?.Epoch != epoch) return;
            if (report.Epoch > epoch.Number) onProgress();
            if (report.Epoch != epoch.Number) return;
            worker.Take(report, time.GetTimestamp());
            _done.UnionWith(SlotSet.FromBytes(report.Done));
            if (_done.IsSupersetOf(_needed)) onProgress();
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException or IOException)
        {
            // It is asked again in the next round, and loses its slots if it goes on like this.
            LogSilent(node, epoch.Number, fault.Message);
        }
        finally
        {
            worker.IsAsked = false;
        }
    }

    private MigrationStatus Describe()
    {
        var keys = _workers.Values.Sum(worker => worker.KeysMoved);
        var milliseconds = _workers.Values.Select(worker => worker.Milliseconds).DefaultIfEmpty().Max();
        return new MigrationStatus
        {
            Epoch = _map!.Epoch.Number,
            SlotsDone = _done.CountCommon(_needed),
            SlotsTotal = _needed.Count,
            KeysMoved = keys,
            KeysPerSecond = milliseconds == 0 ? 0 : keys * 1000.0 / milliseconds,
            WaitingFor = _workers.Count == 0 ? "any node of the newest generation" : _workers.Values.Select(worker => worker.WaitingFor).FirstOrDefault(wait => wait is not null),
        };
    }

    [LoggerMessage(1121, LogLevel.Information, "The migration of epoch {Epoch} begins: {Slots} slots", EventName = "MigrationBegun")]
    private partial void LogBegun(long epoch, int slots);

    [LoggerMessage(1122, LogLevel.Information, "The migration of epoch {Epoch} is done: {Slots} slots, {Keys} keys in {Milliseconds} ms, {Rate:0} keys/s", EventName = "MigrationDone")]
    private partial void LogDone(long epoch, int slots, long keys, long milliseconds, double rate);

    [LoggerMessage(1123, LogLevel.Information, "Node {Node} does not answer about the migration of epoch {Epoch}: {Fault}", EventName = "MigratorSilent")]
    private partial void LogSilent(NodeId node, long epoch, string fault);

    /// <summary>What is known of one silo's part.</summary>
    private sealed class Worker(long since)
    {
        public bool IsAsked { get; set; }

        /// <summary>When it last answered, or when it was first to be asked.</summary>
        public long HeardAt { get; private set; } = since;

        public long KeysMoved { get; private set; }

        public long Milliseconds { get; private set; }

        public string? WaitingFor { get; private set; }

        public void Take(MigrationReport report, long now)
        {
            HeardAt = now;
            KeysMoved = report.KeysMoved;
            Milliseconds = report.Milliseconds;
            WaitingFor = report.WaitingFor;
        }
    }
}
