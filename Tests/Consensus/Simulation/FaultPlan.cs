using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>What strikes when: drawn in full before a schedule begins, so that a seed's weather does not depend on what the protocol does in it.</summary>
internal sealed class FaultPlan(Simulation simulation)
{
    private SimulationOptions Options => simulation.Options;

    private Random Random => simulation.Random;

    public void Draw()
    {
        Repeat(Options.SiloCrashes, at => Restart(AnySilo(), at, Random.Next(200)));
        Repeat(Options.HostCrashes, at =>
        {
            var host = AnySilo().Host;
            simulation.At(at, host.Crash);
            simulation.At(at + (Random.Next(2) * Random.Next(100)), host.Start);
        });
        Repeat(Options.Cuts, CutOff);
        for (var i = Options.Replicas; i < Options.Silos; i++)
            simulation.At(Options.Exodus > 0 ? Random.Next(60) : AnyTime(), simulation.Silos[i].Start);
        if (Options.Exodus > 0)
            Leave();
        Repeat(Options.Deaths, at => Restart(AnySilo(), at, Random.Next(3) switch { 0 => 20_000, 1 => 150 + Random.Next(200), _ => 20 + Random.Next(100) }));
        Repeat(Options.Losses, at => LoseStore(AnySilo(), at, Random.Next(150)));
        Repeat(Options.Drains, at => Drain(AnySilo(), at));
        Repeat(Options.Suspicions, at =>
        {
            var silo = AnySilo();
            simulation.At(at, () =>
            {
                if (silo.IsUp)
                    simulation.Membership.Suspect(silo);
            });
        });
    }

    private SimulatedSilo AnySilo() => simulation.Silos[Random.Next(simulation.Silos.Count)];

    private int AnyTime() => Random.Next(Options.SafetyMilliseconds);

    private void Repeat(int count, Action<int> plan)
    {
        for (var i = 0; i < count; i++)
            plan(AnyTime());
    }

    /// <summary>A silo that keeps its store on disk comes back with it, after a moment or long after it was given up. One that does not, comes back as another node.</summary>
    private void Restart(SimulatedSilo silo, int at, int pause)
    {
        simulation.At(at, () =>
        {
            if (silo.IsDurable || simulation.Membership.MayLose(silo))
                silo.Crash();
        });
        simulation.At(at + pause, silo.Start);
    }

    private void LoseStore(SimulatedSilo silo, int at, int pause)
    {
        simulation.At(at, () =>
        {
            if (!simulation.Membership.MayLose(silo))
                return;
            silo.Crash();
            silo.LoseDisk();
        });
        simulation.At(at + pause, silo.Start);
    }

    // Drained, ended once it is out, and started again as something new.
    private void Drain(SimulatedSilo silo, int at)
    {
        simulation.At(at, silo.Drain);
        simulation.At(at + 100 + Random.Next(200), () =>
        {
            if (!simulation.Authority.Map.Contains(silo.Node))
                silo.Crash();
        });
        simulation.At(at + 300 + Random.Next(200), silo.Start);
    }

    private void Leave()
    {
        var at = 250 + Random.Next(250);
        foreach (var silo in simulation.Silos.Take(Options.Replicas).OrderBy(_ => Random.Next()).Take(Options.Exodus))
            Drain(silo, at + Random.Next(3));
    }

    /// <summary>In one direction or both; a silo from another, or one from all.</summary>
    private void CutOff(int at)
    {
        var (from, to) = (Random.Next(simulation.Silos.Count), Random.Next(simulation.Silos.Count));
        var both = Random.Next(3) == 0;
        var all = Random.Next(4) == 0;
        var pairs = Enumerable.Range(0, simulation.Silos.Count).Where(other => all ? other != from : other == to).ToArray();
        simulation.At(at, () => Array.ForEach(pairs, other => Each(simulation.Network.Cut, from, other, both)));
        simulation.At(at + Random.Next(400), () => Array.ForEach(pairs, other => Each(simulation.Network.Join, from, other, both)));
    }

    private static void Each(Action<int, int> change, int from, int to, bool both)
    {
        change(from, to);
        if (both)
            change(to, from);
    }
}
