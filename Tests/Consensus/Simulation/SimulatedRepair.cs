using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// What a silo does to bring replicas in step again: it remembers which nodes missed which accepts and replays them, compares its slots with those of others and pushes or
/// pulls what differs, and purges tombstones that everybody holds. All of it may stop half-way.
/// </summary>
internal sealed partial class SimulatedRepair(Simulation simulation, SimulatedSilo silo)
{
    private int _process;
    private long _round;

    private Moment Moment => simulation.Moment(silo.Index);

    public void Start()
    {
        _process++;
        Repeat(simulation.Options.ReplayEvery, Replay);
        Repeat(simulation.Options.CompareEvery, Compare);
        Repeat(simulation.Options.PurgeEvery, Purge);
    }

    public void Crash()
    {
        _process++;
        _pending.Clear();
    }

    /// <summary>An accepted state once more, under the ballot it has; the reply is null where none will come.</summary>
    public void Redeliver(ClusterMap map, Key key, in Register register, NodeId node, Action<Reply?> respond)
    {
        var accept = new AcceptRequest(key, map.Epoch, ++_round, register.Accepted, register.State!, register.Accepted);
        simulation.Invariants.Proposed(accept);
        simulation.Network.Transmit<Reply>(silo, node, (replica, release) => replica.Receive(accept, map, release), reply => respond(reply), () => respond(null));
    }

    private void Repeat(int every, Action action)
    {
        if (every == 0)
            return;
        var process = _process;
        simulation.After(1 + simulation.Random.Next(every), Again);

        void Again()
        {
            if (process != _process)
                return;
            if (silo.Map is not null)
                action();
            simulation.After(1 + simulation.Random.Next(every), Again);
        }
    }

    /// <summary>Asks about slots; the first reply counts, and one that names a newer map is taken to heart instead.</summary>
    private void Ask<TReply>(ClusterMap map, NodeId node, SlotRequest request, Action<TReply> respond)
        where TReply : SlotReply
    {
        var process = _process;
        var isAnswered = false;
        simulation.Network.Transmit<SlotReply>(
            silo,
            node,
            (replica, release) => replica.Receive(request, map, release),
            reply =>
            {
                if (process != _process || isAnswered)
                    return;
                isAnswered = true;
                if (reply is StaleSlotReply stale)
                    silo.Learn(stale.Map);
                else if (reply is TReply answer)
                    respond(answer);
            },
            static () => { });
    }
}
