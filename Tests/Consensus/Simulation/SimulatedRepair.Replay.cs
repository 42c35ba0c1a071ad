using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

// Replay of what other nodes missed: key by key, and by comparison of whole slots where there were too many.
internal sealed partial class SimulatedRepair
{
    private const int Width = 4;

    private readonly Dictionary<NodeId, PendingSet> _pending = [];

    /// <summary>Nothing is owed to a node of the map.</summary>
    public bool IsClear => _pending.All(pending => pending.Value.IsEmpty || !simulation.Authority.Map.Contains(pending.Key));

    /// <summary>An accept that the node did not acknowledge: it may have missed it.</summary>
    public void Owe(NodeId node, Key key)
    {
        if (simulation.Options.ReplayEvery == 0 || !silo.IsUp)
            return;
        if (!_pending.TryGetValue(node, out var pending))
            _pending[node] = pending = new PendingSet(simulation.Options.MaxPending);
        pending.Add(key, 1, simulation.Now);
    }

    private void Replay()
    {
        var map = silo.Map!;
        foreach (var node in _pending.Keys.ToArray())
        {
            // Who is out of the map is owed nothing.
            if (!map.Contains(node))
            {
                _pending.Remove(node);
                continue;
            }

            var pending = _pending[node];
            for (var i = 0; i < Width && pending.TryTake(out PendingKey key); i++)
                Replay(map, node, key.Key, Report(() => pending.Done(key), () => pending.Return(key)));
            if (pending.TryTake(out PendingSlot slot))
                Compare(map, slot.Slot, node, Report(() => pending.Done(slot), () => pending.Return(slot)));
        }
    }

    // Reported once: done or, at the latest after a while without a word, to be tried again.
    private Action<bool> Report(Action done, Action again)
    {
        var process = _process;
        var isOver = false;
        void End(bool isDone)
        {
            if (isOver || process != _process)
                return;
            isOver = true;
            (isDone ? done : again)();
        }

        simulation.After(simulation.Options.Patience, () => End(false));
        return End;
    }

    /// <summary>Brings the state that is held here to the node; where none is held here, or a higher one is promised there, by settling the key.</summary>
    private void Replay(ClusterMap map, NodeId node, Key key, Action<bool> report)
    {
        if (map[key].Replicas.IndexOf(node) < 0)
        {
            report(true);
            return;
        }

        var register = silo.Replica.Find(key);
        if (register.State is null || map[key].IndexOf(silo.Node) < 0)
        {
            silo.Host.Settle(key, map, report);
            return;
        }

        var process = _process;
        Redeliver(map, key, register, node, reply =>
        {
            if (process != _process)
                return;
            switch (reply)
            {
                case AcceptedReply:
                    report(true);
                    break;
                case RefusedReply:
                    silo.Host.Settle(key, map, report);
                    break;
                case StaleEpochReply stale:
                    silo.Learn(stale.Map);
                    report(false);
                    break;
                default:
                    report(false);
                    break;
            }
        });
    }
}
