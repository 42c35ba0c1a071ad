using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>Everything between silos: requests and their replies, late, lost, doubled, out of order, cut off in one direction or in both.</summary>
internal sealed class SimulatedNetwork(Simulation simulation)
{
    private readonly HashSet<(int From, int To)> _cut = [];
    private readonly HashSet<(int From, int To)> _mute = [];
    private readonly HashSet<int> _narrow = [];

    /// <summary>Requests do not get through in that direction. Replies do, as long as it is not mute as well.</summary>
    public void Cut(int from, int to) => _cut.Add((from, to));

    /// <summary>Replies do not get through in that direction.</summary>
    public void Mute(int from, int to) => _mute.Add((from, to));

    public void Join(int from, int to)
    {
        _cut.Remove((from, to));
        _mute.Remove((from, to));
    }

    /// <summary>What this silo sends to others gets through as long as it is small: a link that loses large packets loses accepts, and lets prepares pass.</summary>
    public void Narrow(int from) => _narrow.Add(from);

    public void Widen(int from) => _narrow.Remove(from);

    public void Heal()
    {
        _narrow.Clear();
        _cut.Clear();
        _mute.Clear();
    }

    /// <summary>
    /// A request on its way to a node, and its reply on the way back. <paramref name="deliver"/> hands it to the replica that stands there at that moment;
    /// <paramref name="fail"/> may be all that the sender ever hears, or it may hear nothing.
    /// </summary>
    public void Transmit<TReply>(SimulatedSilo from, NodeId to, Action<SimulatedReplica, Action<TReply>> deliver, Action<TReply> respond, Action fail, bool isLarge = false)
    {
        var target = simulation.SiloOf(to.Name);
        if (isLarge && from != target && _narrow.Contains(from.Index))
        {
            simulation.After(1, fail);
            return;
        }

        if (IsCut(from, target) || ((!target.IsUp || target.Node != to) && simulation.Random.Next(2) == 0))
        {
            // A cut swallows or refuses; either may be all that the sender ever sees.
            if (simulation.Random.Next(3) != 0)
                simulation.After(1, fail);
            return;
        }

        // A connection that breaks after the request went through: the failure is true, no answer will come, and the request may have been handled.
        var replyLost = simulation.Happens(simulation.Options.FalseFailure);
        if (replyLost)
            simulation.After(simulation.Delay(), fail);
        var copies = simulation.Happens(simulation.Options.Duplicate) ? 2 : 1;
        for (var i = 0; i < copies; i++)
        {
            if (simulation.Happens(simulation.Options.Drop))
                continue;
            simulation.After(simulation.Delay(), () =>
            {
                // A name that stands for another store by now does not answer for the one that is gone.
                if (target.IsUp && target.Node == to && !IsCut(from, target))
                    deliver(target.Replica, reply => Return(from, target, reply, replyLost, respond));
            });
        }
    }

    private void Return<TReply>(SimulatedSilo from, SimulatedSilo target, TReply reply, bool isLost, Action<TReply> respond)
    {
        if (isLost || (target != from && _mute.Contains((target.Index, from.Index))) || simulation.Happens(simulation.Options.Drop))
            return;
        simulation.After(simulation.Delay(), () => respond(reply));
        if (simulation.Happens(simulation.Options.Duplicate))
            simulation.After(simulation.Delay(), () => respond(reply));
    }

    // Nothing comes between a silo and its own store.
    private bool IsCut(SimulatedSilo from, SimulatedSilo to) => from != to && _cut.Contains((from.Index, to.Index));
}
