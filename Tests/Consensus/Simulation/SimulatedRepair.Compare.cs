using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

// Comparison of slots with other replicas: by digest, then by listing; what is newer here is pushed, what is newer there is pulled.
internal sealed partial class SimulatedRepair
{
    private void Compare()
    {
        var map = silo.Map!;
        var slot = simulation.Slots[simulation.Random.Next(simulation.Slots.Length)];
        var replicas = map[slot].Replicas;
        if (!map.IsStable || replicas.IndexOf(silo.Node) < 0)
            return;
        var node = replicas[simulation.Random.Next(replicas.Length)];
        if (node == silo.Node)
            return;
        Ask<DigestReply>(map, node, new DigestRequest(map.Epoch, ++_round, [new SlotDigest(slot, silo.Replica[slot].Digest)]), reply =>
        {
            if (!reply.Differing.IsEmpty)
                Compare(map, slot, node, static _ => { });
        });
    }

    private void Compare(ClusterMap map, Slot slot, NodeId node, Action<bool> report)
    {
        if (map[slot].Replicas.IndexOf(node) < 0)
            report(true);
        else if (map[slot].Replicas.IndexOf(silo.Node) >= 0)
            List(map, slot, node, [], report);
    }

    private void List(ClusterMap map, Slot slot, NodeId node, List<ListedRegister> theirs, Action<bool> report)
    {
        var after = theirs.Count == 0 ? null : theirs[^1].Key;
        Ask<ListedReply>(map, node, new ListRequest(slot, map.Epoch, ++_round, after, simulation.Options.PageSize), reply =>
        {
            theirs.AddRange(reply.Registers);
            if (reply.Next is not null)
                List(map, slot, node, theirs, report);
            else if (silo.Map == map)
                Merge(map, node, SlotComparison.Of(Own(map, slot), theirs.ToArray()), report);
        });
    }

    private ReadOnlySpan<ListedRegister> Own(ClusterMap map, Slot slot) =>
        ((ListedReply)silo.Replica[slot].Handle(map, new ListRequest(slot, map.Epoch, 0, null, OneSlotRequest.MaxKeys)).Reply!).Registers.AsSpan();

    private void Merge(ClusterMap map, NodeId node, SlotComparison comparison, Action<bool> report)
    {
        var left = comparison.Push.Length;
        if (left == 0)
            report(true);
        foreach (var key in comparison.Push)
        {
            Replay(map, node, key.Key, isDone =>
            {
                if (!isDone)
                    report(false);
                else if (--left == 0)
                    report(true);
            });
        }

        foreach (var key in comparison.Pull)
            Pull(map, node, key.Key);
        if (!comparison.Corrupt.IsEmpty)
            throw new ViolationException($"{node} and {silo.Node} differ in {comparison.Corrupt[0]} at the same ballot");
    }

    private void Pull(ClusterMap map, NodeId node, Key key)
    {
        var process = _process;
        var read = new ReadRequest(key, map.Epoch, ++_round, Ballot.Zero);
        simulation.Network.Transmit<Reply>(
            silo,
            node,
            (replica, release) => replica.Receive(read, map, release),
            reply =>
            {
                if (process != _process || reply is not ReadReply { State: { } state } found)
                    return;
                Redeliver(map, key, new Register(found.Accepted, found.Accepted, state), silo.Node, own =>
                {
                    if (process == _process && own is RefusedReply)
                        silo.Host.Settle(key, map, static _ => { });
                });
            },
            static () => { });
    }
}
