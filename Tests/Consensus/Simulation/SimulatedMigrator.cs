using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// A silo's part in moving slots: takes one on when some leader says so, drives its <see cref="SlotMigration"/>, brings its keys over, and reports. It may end half-way, and
/// then nobody reports; the same slot may be on the move on two silos, for two leaders.
/// </summary>
internal sealed class SimulatedMigrator(Simulation simulation, SimulatedSilo silo)
{
    private readonly Dictionary<Slot, Move> _moves = [];
    private readonly SlotMigrationOptions _options = new()
    {
        PageEntries = simulation.Options.PageSize,
        RequestTimeoutMilliseconds = 40,
        RetryMilliseconds = 10,
    };

    private Moment Moment => simulation.Moment(silo.Index);

    public void Take(ClusterMap map, Slot slot, Action done)
    {
        if (!silo.IsUp)
            return;
        silo.Learn(map);
        if (silo.Map!.Epoch != map.Epoch)
            return;
        if (_moves.TryGetValue(slot, out var move) && move.Migration.Map.Epoch == map.Epoch)
        {
            move.Done.Add(done);
            return;
        }

        simulation.Trace($"{silo.Name} migrates {slot} under {map.Epoch}");
        _moves[slot] = move = new Move(new SlotMigration(map, slot, _options, simulation.Faults));
        move.Done.Add(done);
        Input(move, migration => migration.Tick(Moment));
    }

    public void Crash() => _moves.Clear();

    private void Input(Move move, Action<SlotMigration> input)
    {
        if (_moves.GetValueOrDefault(move.Migration.Slot) != move)
            return;
        input(move.Migration);
        if (simulation.Happens(simulation.Options.MigratorEnds))
        {
            simulation.Trace($"{silo.Name} drops the migration of {move.Migration.Slot}");
            _moves.Remove(move.Migration.Slot);
            return;
        }

        Drain(move);
    }

    private void Drain(Move move)
    {
        var migration = move.Migration;
        while (migration.TryTakeSend(out var send))
            Send(move, send);
        while (move.UnderWay < simulation.Options.MigrationWidth && migration.TryTakeKey(out var key))
            Bring(move, key);
        if (migration.NewerMap is { } newer)
        {
            _moves.Remove(migration.Slot);
            silo.Learn(newer);
            return;
        }

        if (migration.IsDone)
        {
            simulation.Trace($"{silo.Name} has migrated {migration.Slot} under {migration.Map.Epoch}: {migration.KeysMoved} keys");
            _moves.Remove(migration.Slot);
            move.Done.ForEach(static done => done());
            return;
        }

        Arm(move);
    }

    private void Send(Move move, SlotSend send) => simulation.Network.Transmit<SlotReply>(
        silo,
        send.Node,
        (replica, release) => replica.Receive(send.Request, move.Migration.Map, release),
        reply => Input(move, migration => migration.Receive(send.Node, reply, Moment)),
        () => Input(move, migration => migration.Fail(send.Node, send.Request.Round, Moment)));

    private void Bring(Move move, MigratingKey key)
    {
        move.UnderWay++;
        var isOver = false;
        void End(bool isSettled)
        {
            if (isOver)
                return;
            isOver = true;
            move.UnderWay--;
            Input(move, migration => migration.Settled(key.Key, isSettled, Moment));
        }

        var register = silo.Replica.Find(key.Key);
        if (!key.MustSettle && register.State is not null && register.Accepted >= key.AtLeast && simulation.Random.NextDouble() < simulation.Options.RedeliverShare)
            Redeliver(move.Migration.Map, key, register, End);
        else
            silo.Host.Settle(key.Key, move.Migration.Map, End);
        // A host that goes takes its answers with it.
        simulation.After(simulation.Options.Patience + 20, () => End(false));
    }

    private void Redeliver(ClusterMap map, MigratingKey key, Register register, Action<bool> end)
    {
        var acks = new HashSet<NodeId>();
        foreach (var node in key.Missing)
        {
            silo.Repair.Redeliver(map, key.Key, register, node, reply =>
            {
                if (reply is AcceptedReply && acks.Add(node) && acks.Count == key.AcksNeeded)
                    end(true);
                else if (reply is not AcceptedReply)
                    end(false);
            });
        }

        if (key.AcksNeeded == 0)
            simulation.After(0, () => end(true));
    }

    private void Arm(Move move)
    {
        var wakeAt = move.Migration.WakeAt;
        if (wakeAt == Kv.Consensus.Moment.Never || wakeAt == move.ArmedFor)
            return;
        move.ArmedFor = wakeAt;
        simulation.At(wakeAt, () =>
        {
            if (move.ArmedFor != wakeAt)
                return;
            move.ArmedFor = 0;
            Input(move, migration => migration.Tick(Moment));
        });
    }

    private sealed class Move(SlotMigration migration)
    {
        public SlotMigration Migration { get; } = migration;

        /// <summary>Who wants to know.</summary>
        public List<Action> Done { get; } = [];

        public int UnderWay { get; set; }

        public long ArmedFor { get; set; }
    }
}
