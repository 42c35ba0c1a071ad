using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>Who is alive, as far as is known: late to notice a death, and sometimes wrong about a silo that is well but cut off.</summary>
internal sealed class SimulatedMembership(Simulation simulation)
{
    public void Died(SimulatedSilo silo)
    {
        var node = silo.Node;
        simulation.After(1 + simulation.Random.Next(simulation.Options.MaxDetection), () =>
        {
            if (!silo.IsUp || silo.Node != node)
                Declare(node);
        });
    }

    /// <summary>
    /// Declared dead although it lives; it reports again in its own time. With a store in memory that is its loss: who is declared dead ends, sooner or later, and whoever
    /// decides about maps takes it for gone.
    /// </summary>
    public void Suspect(SimulatedSilo silo)
    {
        if (silo.IsDurable || MayLose(silo))
            Declare(silo.Node);
    }

    /// <summary>Whether so many of a generation's nodes could be lost without losing what it had committed.</summary>
    public bool Bears(Generation generation, NodeId? alsoLost = null)
    {
        var lost = generation.Nodes.Except(generation.Lost).Count(node => node == alsoLost || IsLost(node));
        // Of what an operator has left of it, some slot may need every node.
        if (!generation.Lost.IsEmpty)
            return lost == 0;
        var sizes = QuorumSizes.For(Math.Min(Generation.Replicas, generation.Nodes.Length), generation.WriteQuorum);
        return lost <= sizes.Replicas - sizes.Prepare;
    }

    /// <summary>
    /// Whether the silo's store may be lost now. Volatile stores that lose a read quorum of some slot at once are beyond what the protocol promises to survive by itself,
    /// so schedules do not do that.
    /// </summary>
    public bool MayLose(SimulatedSilo silo) =>
        simulation.Authority.Map.Generations.All(generation => !generation.Nodes.Contains(silo.Node) || Bears(generation, silo.Node));

    private bool IsLost(NodeId node)
    {
        var silo = simulation.SiloOf(node.Name);
        return silo.HasLost(node) || (!silo.IsDurable && simulation.Authority.RecordOf(node.Name) is { DeadSince: not null });
    }

    private void Declare(NodeId node)
    {
        if (simulation.Authority.RecordOf(node.Name) is not { } record || record.Node != node || record.DeadSince is not null)
            return;
        simulation.Trace($"membership: {node} is dead");
        record.DeadSince = simulation.Now;
    }
}
