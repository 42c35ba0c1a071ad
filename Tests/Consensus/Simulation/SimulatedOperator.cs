using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// An operator who looks after the cluster now and then, and gives up what the planner calls lost. Not always with reason: what is only away may return after it was given up, and who is held for
/// dead may live.
/// </summary>
internal sealed class SimulatedOperator(Simulation simulation)
{
    public void Attend() => simulation.After(20 + simulation.Random.Next(120), Look);

    private void Look()
    {
        var copy = simulation.Authority.Copy();
        var isDue = simulation.Planner.Plan(copy.Map, copy.Nodes, migrated: false) switch
        {
            MapPlan.MajorityLost => true,
            MapPlan.MajorityAway => simulation.Random.Next(4) == 0,
            _ => false,
        };
        if (isDue)
            simulation.After(simulation.Delay(), () => Recover(copy));
        Attend();
    }

    private void Recover(AuthorityCopy copy)
    {
        if (simulation.Planner.Recover(copy.Map, [.. copy.Nodes]) is not { } recovery)
            return;
        var map = simulation.Options.Mutation == Mutation.RecoverForgetsOlderGenerations
            ? new ClusterMap(recovery.Map.Epoch, recovery.Map.Mode, [recovery.Map.Newest])
            : recovery.Map;
        if (!simulation.Authority.TryInstall(map, copy.Map.Epoch, "the operator"))
            return;
        simulation.Recoveries++;
        foreach (var key in simulation.Keys)
        {
            if (!recovery.SlotsAtRisk.Contains(key.Slot) && !recovery.SlotsGone.Contains(key.Slot))
                continue;
            simulation.Trace($"{key} is at risk");
            simulation.Invariants.Shake(key);
        }
    }
}
