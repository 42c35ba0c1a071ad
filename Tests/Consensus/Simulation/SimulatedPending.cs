using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// What a silo does with writes that found no quorum, in the available mode: accepts them against the copies that it reaches, has others keep them, merges them (its own, and copies
/// whose owners are gone or just seem to be), drops what is merged, and resolves conflicts. All of it may stop half-way, or happen twice.
/// </summary>
internal sealed class SimulatedPending(Simulation simulation, SimulatedSilo silo)
{
    private const int GatherMilliseconds = 15;
    private const int MergesAtOnce = 4;

    // A silo never stamps a later write lower, over restarts of its process too: the protocol relies on it.
    private readonly HybridClock _clock = new();
    private PendingWrites _writes = NewSet();
    private int _process;
    private long _resolves;

    public int Count => _writes.Count;

    private Moment Moment => simulation.Moment(silo.Index);

    public void Start()
    {
        _process++;
        Repeat(simulation.Options.MergeEvery, Merge);
        Repeat(simulation.Options.ResolveEvery, Resolve);
    }

    public void Crash()
    {
        _process++;
        foreach (var write in _writes.All)
            simulation.Pending.Lost(write, silo.Name);
        _writes = NewSet();
    }

    /// <summary>No quorum was found for the operation: it is kept as pending, if nothing speaks against it, and the caller is told which.</summary>
    public void Accept(Operation operation, Key key, Action<bool> respond)
    {
        if (silo.Map is not { } map || operation.Kind is not (OperationKind.Store or OperationKind.Update or OperationKind.Delete))
        {
            respond(false);
            return;
        }

        var process = _process;
        var copies = new List<Copy>();
        if (map[key].Nodes.Contains(silo.Node))
            copies.Add(CopyOf(silo, key));
        foreach (var node in map[key].Nodes.ToArray())
        {
            if (node != silo.Node)
                simulation.Network.Transmit<Copy>(silo, node, (replica, release) => release(CopyOf(simulation.SiloOf(replica.Node.Name), key)), copies.Add, static () => { });
        }

        simulation.After(GatherMilliseconds, () =>
        {
            if (process == _process)
                respond(TryAccept(map, operation, key, copies));
        });
    }

    private bool TryAccept(ClusterMap map, Operation operation, Key key, List<Copy> copies)
    {
        var newest = copies.MaxBy(static copy => copy.Register.Accepted)?.Register.State;
        if (_writes.IsAccepted(operation.Id) || (newest?.Memory.TryFind(operation.Id, out var known) == true && known.IsMerge))
            return true;
        var visible = copies.SelectMany(static copy => copy.Pending).Concat(_writes.Of(key)).ToList();
        _clock.Observe(newest?.Stamp ?? HybridTimestamp.Zero);
        foreach (var other in visible)
            _clock.Observe(other.Stamp.Clock);
        var now = _clock.Now(Moment.UnixMilliseconds);
        if (!Speaks(operation, newest, visible, now))
            return false;

        var write = new PendingWrite
        {
            Key = key,
            Stamp = new WriteStamp(now, silo.Name),
            Base = newest?.Written ?? WriteStamp.None,
            Seen = PendingWrites.SeenBy(silo.Name, visible),
            OperationId = operation.Id,
            Deadline = operation.Deadline,
            Kind = operation.Kind,
            Value = operation.Value,
            Expiry = operation.TimeToLive > TimeSpan.Zero ? now.Plus(operation.TimeToLive) : HybridTimestamp.Zero,
        };
        if (!_writes.TryAdd(write))
            return false;
        simulation.Trace($"{silo.Name} keeps {write} of {key}");
        simulation.Pending.Accepted(write);
        foreach (var node in map[key].Nodes.ToArray())
        {
            if (node != silo.Node)
                simulation.Network.Transmit<bool>(silo, node, (replica, release) => simulation.SiloOf(replica.Node.Name).Pending.Keep(write), static _ => { }, static () => { });
        }

        return true;
    }

    /// <summary>As the protocol would judge it against the committed state.</summary>
    private static bool Speaks(Operation operation, RegisterState? state, List<PendingWrite> visible, HybridTimestamp now)
    {
        if (operation.Deadline < now || operation.Id.Number < (state?.Memory.MarkOf(operation.Id.Origin) ?? 0))
            return false;
        if (state is not null && state.Memory.TryFind(operation.Id, out var remembered) && !remembered.TookEffect)
            return false;
        var pending = visible.MaxBy(static write => write.Stamp);
        var exists = pending is not null && pending.Stamp > (state?.Written ?? WriteStamp.None)
            ? !pending.IsDelete && (pending.Expiry == HybridTimestamp.Zero || now < pending.Expiry)
            : state is { IsTombstone: false } && !state.IsDue(now);
        return operation.Kind == OperationKind.Store ? !(operation.IfAbsent && exists) : exists;
    }

    private void Keep(PendingWrite write)
    {
        if (_writes.TryAdd(write) && _writes.Holds(write.Key, write.Stamp))
            simulation.Pending.Kept(write, silo.Name);
    }

    private void Merge()
    {
        foreach (var write in _writes.Take(MergesAtOnce, IsDue))
        {
            var process = _process;
            // Mostly here; whoever else is asked does it as well, and twice is as good as once.
            var host = simulation.Random.Next(5) == 0 ? simulation.Silos[simulation.Random.Next(simulation.Silos.Count)].Host : silo.Host;
            for (var times = simulation.Random.Next(6) == 0 ? 2 : 1; times > 0; times--)
                host.Submit(write.ToMerge(), write.Key, simulation.Options.Patience, outcome => simulation.After(host == silo.Host ? 0 : simulation.Delay(), () => OnMerged(write, outcome, process)));
        }

        _writes.Forget(Moment.Hybrid);
    }

    // A keeper merges what its owner will not, and sometimes what the owner would have merged.
    private bool IsDue(PendingWrite write)
    {
        if (write.Owner == silo.Name)
            return true;
        var owner = simulation.SiloOf(write.Owner);
        return !owner.IsUp || !owner.Pending._writes.Holds(write.Key, write.Stamp) || simulation.Random.Next(8) == 0;
    }

    private void OnMerged(PendingWrite write, Outcome outcome, int process)
    {
        if (process != _process || outcome is not Outcome.Merged)
            return;
        simulation.Trace($"{silo.Name} has merged {write}: {outcome}");
        if (simulation.Happens(simulation.Options.CrashAfterMerge) && (silo.IsDurable || simulation.Membership.MayLose(silo)))
        {
            // The worst moment: merged, and nobody knows.
            silo.Crash();
            simulation.After(simulation.Random.Next(50), silo.Start);
            return;
        }

        Drop(write);
        if (silo.Map is not { } map)
            return;
        foreach (var node in map[write.Key].Nodes.ToArray())
        {
            if (node != silo.Node)
                simulation.Network.Transmit<bool>(silo, node, (replica, release) => simulation.SiloOf(replica.Node.Name).Pending.Drop(write), static _ => { }, static () => { });
        }
    }

    private void Drop(PendingWrite write) => _writes.Drop(write.Key, write.Stamp);

    private void Resolve()
    {
        var key = simulation.Keys[simulation.Random.Next(simulation.Keys.Length)];
        if (silo.Replica.Find(key).State?.Divergence is not { Conflicts.Length: > 0 } divergence)
            return;
        var conflict = divergence.Conflicts[simulation.Random.Next(divergence.Conflicts.Length)];
        simulation.Pending.Resolving(key, conflict.Id);
        var resolve = new Operation
        {
            Id = new OperationId(new OriginId(7, (ulong)silo.Index), ++_resolves),
            Deadline = _clock.Now(Moment.UnixMilliseconds).Plus(TimeSpan.FromMilliseconds(simulation.Options.Deadline)),
            Kind = OperationKind.Resolve,
            Conflict = conflict.Id,
        };
        silo.Host.Submit(resolve, key, simulation.Options.Patience, static _ => { });
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
            action();
            simulation.After(1 + simulation.Random.Next(every), Again);
        }
    }

    private static Copy CopyOf(SimulatedSilo silo, Key key) => new(silo.Replica.Find(key), silo.Pending._writes.Of(key));

    private static PendingWrites NewSet() => new(1_000, 1 << 20, 4_000);

    private sealed record Copy(Register Register, System.Collections.Immutable.ImmutableArray<PendingWrite> Pending);
}
