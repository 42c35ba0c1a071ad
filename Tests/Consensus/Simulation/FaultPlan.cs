using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>What strikes when: drawn before a schedule begins, so that a seed's weather depends little on what the protocol does in it.</summary>
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
        Repeat(Options.Partitions, Part);
        for (var i = Options.Replicas; i < Options.Silos; i++)
            simulation.At(Options.Exodus > 0 ? Random.Next(5) : AnyTime(), simulation.Silos[i].Start);
        if (Options.Exodus > 0)
            Leave();
        Repeat(Options.Deaths, at => Restart(AnySilo(), at, Random.Next(3) switch { 0 => 20_000, 1 => 150 + Random.Next(200), _ => 20 + Random.Next(100) }));
        Repeat(Options.Losses, at => LoseStore(AnySilo(), at, Random.Next(150)));
        Repeat(Options.Drains, at => Drain(AnySilo(), at));
        Repeat(Options.Catastrophes, Strike);
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

    /// <summary>
    /// Several stores of the map are lost at one moment, whatever that costs; most of these silos come back, empty. One that lives is spared: a cluster that is gone altogether has nothing to recover.
    /// </summary>
    private void Strike(int at) => simulation.At(at, () =>
    {
        var members = simulation.Silos.Where(silo => simulation.Authority.Map.Contains(silo.Node)).OrderBy(_ => Random.Next()).ToList();
        if (members.Find(silo => silo.IsUp && simulation.Authority.Map.Newest.Nodes.Contains(silo.Node)) is not { } spared)
            return;
        members.Remove(spared);
        foreach (var silo in members.Take(Random.Next(1, members.Count + 1)))
        {
            simulation.Trace($"{silo.Name} is struck");
            silo.Crash();
            silo.LoseDisk();
            simulation.After(Random.Next(4) == 0 ? 20_000 : 20 + Random.Next(300), silo.Start);
        }
    });

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

    /// <summary>Some replicas of one slot leave together, and perhaps in a seclusion or during an eclipse.</summary>
    private void Leave()
    {
        var at = 250 + Random.Next(250);
        var places = Enumerable.Range(0, Generation.Replicas).OrderBy(_ => Random.Next()).ToArray();
        var pause = 200 + Random.Next(300);
        var dusk = Options.IsEclipsed ? 30 + Random.Next(60) : 0;
        simulation.At(at, () =>
        {
            var replicas = simulation.Authority.Map[simulation.Slots[0]].Replicas;
            var silos = new List<SimulatedSilo>();
            foreach (var place in places)
            {
                if (place < replicas.Length)
                    silos.Add(simulation.SiloOf(replicas[place].Name));
            }

            SimulatedSilo[] leaving = [.. silos.Take(Options.Exodus)];
            if (Options.IsEclipsed)
                Eclipse(silos[^1], dusk, pause / 2);
            if (Options.IsSecluded)
                Seclude(leaving, pause);
            foreach (var silo in leaving)
                Drain(silo, (int)simulation.Now + dusk);
        });
    }

    /// <summary>Nobody reaches the silo, and its own accepts reach nobody else; after a while it does not hear answers either.</summary>
    private void Eclipse(SimulatedSilo silo, int dusk, int pause)
    {
        SimulatedSilo[] others = [.. simulation.Silos.Except([silo])];
        CutBetween(simulation.Now, dusk + pause, others, [silo], replies: false);
        CutBetween(simulation.Now + dusk, pause, [silo], others, replies: true);
        simulation.Network.Narrow(silo.Index);
        simulation.Secluded = [silo];
        simulation.After(dusk + pause, () =>
        {
            simulation.Network.Widen(silo.Index);
            simulation.Secluded = [];
        });
    }

    private void Seclude(SimulatedSilo[] silos, int pause)
    {
        CutBetween(simulation.Now, pause, silos, [.. simulation.Silos.Except(silos)], replies: false);
        simulation.Secluded = silos;
        simulation.After(pause, () => simulation.Secluded = []);
    }

    /// <summary>In one direction or both, with the replies or without; a silo from another, or one from all.</summary>
    private void CutOff(int at)
    {
        var (from, to) = (AnySilo(), AnySilo());
        var others = Random.Next(4) == 0 ? simulation.Silos.Except([from]).ToArray() : [to];
        var (pause, replies) = (Random.Next(400), Random.Next(2) == 0);
        CutBetween(at, pause, [from], others, replies);
        if (Random.Next(3) == 0)
            CutBetween(at, pause, others, [from], replies);
    }

    /// <summary>A minority and all others, and no message between them.</summary>
    private void Part(int at)
    {
        var silos = simulation.Silos.OrderBy(_ => Random.Next()).ToArray();
        var size = 1 + Random.Next(silos.Length / 2);
        var pause = 60 + Random.Next(400);
        CutBetween(at, pause, silos[..size], silos[size..], replies: true);
        CutBetween(at, pause, silos[size..], silos[..size], replies: true);
    }

    private void CutBetween(long at, int pause, SimulatedSilo[] from, SimulatedSilo[] to, bool replies)
    {
        var pairs = from.SelectMany(one => to.Select(other => (From: one.Index, To: other.Index))).ToArray();
        simulation.At(at, () => Array.ForEach(pairs, pair =>
        {
            simulation.Network.Cut(pair.From, pair.To);
            if (replies)
                simulation.Network.Mute(pair.From, pair.To);
        }));
        simulation.At(at + pause, () => Array.ForEach(pairs, pair => simulation.Network.Join(pair.From, pair.To)));
    }
}
