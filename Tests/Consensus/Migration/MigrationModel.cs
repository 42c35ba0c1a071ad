using System.Globalization;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Migration;

/// <summary>
/// One key on its way through a few maps, and nothing else: proposers that each go by the map they know, nodes that learn a map when a message shows it to them, a migrator that
/// settles or redelivers at random, and messages that are delivered in any order, twice, or never. Every store takes a version; what was answered decides what
/// later operations may see. Smaller than the simulator by all that does not matter here, so that it goes through many more orders of it.
/// </summary>
internal sealed class MigrationModel
{
    private static readonly Slot Slot = Samples.Key.Slot;
    private static readonly string[] Names = ["a", "b", "c", "d", "e"];
    private static readonly ProposerOptions Options = new() { RoundTimeoutMilliseconds = 30, ReadHedgeMilliseconds = 5, BackoffMilliseconds = 4, MaxBackoffMilliseconds = 8 };

    private readonly Random _random;
    private readonly Faults _faults;
    private readonly int _acksForgone;
    private readonly Dictionary<NodeId, (SlotRegisters Registers, ClusterMap Map)> _nodes = [];
    private readonly List<Proposer> _proposers = [];
    private readonly List<Action> _messages = [];
    private readonly Queue<(long At, Action Act)> _timers = [];
    private readonly Dictionary<long, long> _versions = [];
    private readonly HashSet<(Proposer From, NodeId To)> _cut = [];
    private readonly int _loss;
    private ClusterMap _map;
    private SlotMigration? _migration;
    private NodeId _migrator;
    private Proposer? _settler;
    private long _highest;
    private long _operations;
    private ulong _hosts;
    private long _now;

    /// <param name="seed">Decides everything.</param>
    /// <param name="faults">A rule of the core to break.</param>
    /// <param name="acksForgone">How many acknowledgements fewer a redelivery is content with: a rule of the shell to break.</param>
    public MigrationModel(int seed, Faults faults = Faults.None, int acksForgone = 0)
    {
        _random = new Random(seed);
        _faults = faults;
        _acksForgone = acksForgone;
        _loss = _random.Next(3) * 3;
        _map = new ClusterMap(new Epoch(1), ConsistencyMode.Consistent, [Draw()]);
        foreach (var node in Names.Select(static name => Maps.Node(name)))
            _nodes[node] = (new SlotRegisters(Slot, node, _map.Epoch, faults), _map);
        for (var i = 0; i < 3; i++)
            _proposers.Add(Create());
    }

    public int Answered { get; private set; }

    public int Converged { get; private set; }

    public int Redelivered { get; private set; }

    private Moment Moment => new(_now, _now);

    /// <exception cref="InvalidOperationException">An answered operation was lost, or went unseen.</exception>
    public void Run()
    {
        for (var step = 0; step < 600; step++)
            Step(isCalm: false);
        for (var step = 0; step < 2_000 && !(_map.IsStable && _messages.Count == 0); step++)
            Step(isCalm: true);
        if (!_map.IsStable)
            throw new InvalidOperationException($"no end: {_migration?.Waiting()}");

        // Whoever comes new to the last map sees all that was answered.
        var last = Create();
        Submit(last, OperationKind.Fetch);
        for (var step = 0; step < 2_000 && !last.IsIdle; step++)
            Step(isCalm: true);
    }

    private void Step(bool isCalm)
    {
        _now++;
        foreach (var proposer in _proposers.Where(proposer => proposer.WakeAt <= _now).ToList())
        {
            proposer.Tick(Moment);
            Drain(proposer);
        }

        while (_timers.TryPeek(out var timer) && timer.At <= _now)
            _timers.Dequeue().Act();
        Migrate();
        if (_messages.Count > 0)
        {
            var next = _random.Next(_messages.Count);
            var message = _messages[next];
            // Zero is delivered and stays: it will come again.
            var fate = isCalm ? 20 : _random.Next(20);
            if (fate > 0)
                _messages.RemoveAt(next);
            if (fate == 0 || fate > _loss)
                message();
        }

        if (isCalm)
        {
            _cut.Clear();
            return;
        }

        switch (_random.Next(40))
        {
            case < 4:
                Submit(_proposers[_random.Next(3)], _random.Next(3) == 0 ? OperationKind.Fetch : OperationKind.Store);
                break;
            case 4:
                var proposer = _proposers[_random.Next(_proposers.Count)];
                proposer.ChangeMap(_map, Moment);
                Drain(proposer);
                break;
            case 5:
                var pair = (_proposers[_random.Next(_proposers.Count)], Maps.Node(Names[_random.Next(Names.Length)]));
                if (!_cut.Add(pair))
                    _cut.Remove(pair);
                break;
            case 6:
                // A newcomer counts from one again, by the map that its predecessor knew.
                var at = _random.Next(3);
                _proposers[at] = Create(_proposers[at].Map);
                _proposers.RemoveAt(_proposers.Count - 1);
                break;
            case 7 when _map.Generations.Length < 4:
                Install(new ClusterMap(_map.Epoch.Next(), ConsistencyMode.Consistent, [.. _map.Generations, Draw()]));
                break;
        }
    }

    private Generation Draw() => new(
        Names.OrderBy(_ => _random.Next()).Take(1 + _random.Next(3)).Select(static name => Maps.Node(name)), _random.Next(4) == 0 ? WriteQuorum.All : WriteQuorum.Majority);

    private void Install(ClusterMap map)
    {
        _map = map;
        _migration = null;
        _settler = null;
    }

    private void Migrate()
    {
        if (_map.IsStable)
            return;
        if (!SlotMigration.IsNeeded(_map, Slot) || _migration is { IsDone: true })
        {
            Converged++;
            Install(new ClusterMap(_map.Epoch.Next(), ConsistencyMode.Consistent, [_map.Newest]));
            return;
        }

        if (_migration is null)
        {
            _migration = new SlotMigration(_map, Slot, new SlotMigrationOptions { RequestTimeoutMilliseconds = 40, RetryMilliseconds = 5 }, _faults);
            _migrator = Maps.Node(Names[_random.Next(Names.Length)]);
        }

        var migration = _migration;
        migration.Tick(Moment);
        while (migration.TryTakeSend(out var send))
        {
            _messages.Add(() =>
            {
                var reply = Ask(send.Node, (map, registers) => registers.Handle(map, (OneSlotRequest)send.Request).Reply)!;
                _messages.Add(() => migration.Receive(send.Node, reply, Moment));
            });
        }

        while (migration.TryTakeKey(out var key))
            Bring(migration, key);
    }

    private void Bring(SlotMigration migration, MigratingKey key)
    {
        var over = false;
        void End(bool isSettled)
        {
            if (!over)
                migration.Settled(key.Key, isSettled, Moment);
            over = true;
        }

        if (!key.MustSettle && _random.Next(4) > 0 && _nodes[_migrator].Registers.TryGet(key.Key, out var register) && register.State is not null && register.Accepted >= key.AtLeast)
        {
            Redelivered++;
            var needed = key.AcksNeeded - _acksForgone;
            var acks = new HashSet<NodeId>();
            if (needed <= 0)
                End(true);
            foreach (var node in key.Missing)
            {
                var request = new AcceptRequest(key.Key, migration.Map.Epoch, 1, register.Accepted, register.State, register.Accepted);
                _messages.Add(() =>
                {
                    var reply = Ask(node, (map, registers) => registers.Handle(map, request).Reply);
                    _messages.Add(() =>
                    {
                        if (reply is not AcceptedReply)
                            End(false);
                        else if (acks.Add(node) && acks.Count == needed)
                            End(true);
                    });
                });
            }

            // What is lost is never heard of; then settling has the last word.
            _timers.Enqueue((_now + 50, () => End(false)));
            return;
        }

        _settler = Create(migration.Map);
        _settler.Settle((Action<bool>)End, _now + 100, Moment);
        Drain(_settler);
    }

    private Proposer Create(ClusterMap? map = null)
    {
        // Newcomers are not always the higher ones: hosts draw their ids.
        var id = new ProposerId((ulong)_random.NextInt64(long.MaxValue), ++_hosts);
        var proposer = new Proposer(Samples.Key, id, map ?? _map, Maps.Node(Names[_random.Next(Names.Length)]), Options, (ulong)_random.Next(), _faults);
        if (_proposers.Count >= 3)
            _proposers.RemoveAll(idle => idle.IsIdle && _proposers.IndexOf(idle) >= 3);
        _proposers.Add(proposer);
        return proposer;
    }

    private void Submit(Proposer proposer, OperationKind kind)
    {
        var number = ++_operations;
        // Operations of their own origins: none of them is remembered away by another's mark.
        proposer.Submit(Samples.Operation(kind, (ulong)number, 1, number.ToString(CultureInfo.InvariantCulture)), (number, _highest), _now + 150, Moment);
        Drain(proposer);
    }

    private void Drain(Proposer proposer)
    {
        foreach (var answer in proposer.Effects.Answers.ToArray())
        {
            if (answer.Ticket is Action<bool> settled)
                settled(answer.Outcome is Outcome.Settled);
            else if (answer.Ticket is ValueTuple<long, long> ticket)
                Judge(ticket.Item1, ticket.Item2, answer.Outcome);
        }

        foreach (var send in proposer.Effects.Sends.ToArray())
        {
            if (_cut.Contains((proposer, send.Node)))
                continue;
            _messages.Add(() =>
            {
                var reply = Ask(send.Node, (map, registers) => registers.Handle(map, send.Request).Reply);
                if (reply is not null)
                    _messages.Add(() =>
                    {
                        proposer.Receive(send.Node, reply, Moment);
                        Drain(proposer);
                    });
            });
        }

        proposer.Effects.Clear();
    }

    /// <summary>A node answers by the map it knows; one that is shown a newer epoch learns the newest map first.</summary>
    private T Ask<T>(NodeId node, Func<ClusterMap, SlotRegisters, T> ask)
    {
        var (registers, map) = _nodes[node];
        var reply = ask(map, registers);
        if (reply is not null || map.Epoch == _map.Epoch)
            return reply;
        _nodes[node] = (registers, _map);
        return ask(_map, registers);
    }

    private void Judge(long number, long highestBefore, Outcome outcome)
    {
        var version = outcome switch
        {
            Outcome.Stored stored => stored.Version,
            Outcome.Found found => found.State.Version,
            Outcome.NotFound => 0,
            _ => -1,
        };
        if (version < 0)
            return;
        Answered++;
        var writer = outcome is Outcome.Found { State: var state } ? long.Parse(System.Text.Encoding.UTF8.GetString(state.Value.Span), CultureInfo.InvariantCulture) : number;
        if (version < highestBefore || (version == highestBefore && outcome is Outcome.Stored))
            throw new InvalidOperationException($"operation {number} has version {version}, and {highestBefore} was answered before it began");
        if (version > 0 && !_versions.TryAdd(version, writer) && _versions[version] != writer)
            throw new InvalidOperationException($"operation {number} sees version {version} of {writer}, which {_versions[version]} has taken");
        _highest = Math.Max(_highest, version);
    }
}
