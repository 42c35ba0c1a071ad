namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// Who leads the topology, which is nobody's decision: leaders come up on any silo, end without notice, know nothing of one another, and now and then there are
/// several or none. Only the authority's compare-and-swap keeps them from harm.
/// </summary>
internal sealed class LeaderElection(Simulation simulation)
{
    private readonly List<SimulatedLeader> _leaders = [];

    public void Start()
    {
        if (simulation.Options.Leaders > 0)
            Look();
    }

    private void Look()
    {
        _leaders.RemoveAll(static leader => leader.IsOver);
        if (_leaders.Count > 0 && simulation.Happens(simulation.Options.LeaderEnds))
        {
            var leader = _leaders[simulation.Random.Next(_leaders.Count)];
            leader.IsOver = true;
            _leaders.Remove(leader);
        }

        // Those that leave need not lead, nor hear first of what the leader does.
        var first = simulation.Options.Exodus > 0 && _leaders.Count == 0 ? simulation.Options.Replicas : 0;
        var silo = simulation.Silos[simulation.Random.Next(first, simulation.Silos.Count)];
        if (_leaders.Count < simulation.Options.Leaders && silo is { IsUp: true, Map: not null } && (_leaders.Count == 0 || simulation.Random.Next(4) == 0))
        {
            simulation.Trace($"{silo.Name} leads");
            var leader = new SimulatedLeader(simulation, silo);
            _leaders.Add(leader);
            leader.Look();
        }

        simulation.After(5 + simulation.Random.Next(30), Look);
    }
}
