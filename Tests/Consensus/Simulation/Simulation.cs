using System.Globalization;
using System.Text;
using Orleans.Kv.Consensus;
using Orleans.Kv.Tests.Checking.Histories;
using Orleans.Kv.Tests.Checking.Linearizability;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// One seeded schedule of the whole protocol: hosts with proposers, replicas with registers, clients that hedge and retry, on a network and clocks that
/// misbehave. First everything strikes (safety), then everything heals and every key must make progress (liveness); at the end the clients'
/// history must be linearizable. Single-threaded and a function of its options alone: the same seed gives the same run, event for event.
/// </summary>
internal sealed class Simulation
{
    // Ordered by time, then by the order of scheduling, in one number: 2^24 ms are four hours, far beyond any schedule.
    private const int OrderBits = 39;

    private readonly PriorityQueue<Action, long> _events = new();
    private readonly StringBuilder? _trace;
    private readonly SimulatedReplica[] _replicas;
    private readonly SimulatedHost[] _hosts;
    private readonly SimulatedClient[] _clients;
    private readonly long[] _clockErrors;
    private readonly HashSet<(int Host, int Replica)> _cut = [];
    private long _order;
    private long _step;

    public Simulation(SimulationOptions options, bool trace = false)
    {
        Options = options;
        Random = new Random(options.Seed);
        _trace = trace ? new StringBuilder() : null;
        Map = Maps.Stable(options.WriteQuorum, options.Replicas);
        Invariants = new Invariants(Map.Newest.Nodes.Length, QuorumSizes.For(Math.Min(options.Replicas, Generation.Replicas), options.WriteQuorum).Accept);
        _replicas = [.. Map.Newest.Nodes.Select(node => new SimulatedReplica(this, node))];
        _clockErrors = new long[options.Hosts + options.Clients];
        _hosts = [.. Enumerable.Range(0, options.Hosts).Select(i => new SimulatedHost(this, i, Map.Newest.Nodes[i % _replicas.Length]))];
        Keys = [.. Enumerable.Range(0, options.Keys).Select(static i => Key.From("key-" + i.ToString(CultureInfo.InvariantCulture)))];
        Progress = new Progress[options.Keys];
        Unknown = new int[options.Keys];
        Expiring = new int[options.Keys];
        var origins = Enumerable.Range(0, 2).Select(i => new SimulatedOrigin(this, i)).ToArray();
        _clients = [.. Enumerable.Range(0, options.Clients).Select(i => new SimulatedClient(this, i, origins[i % origins.Length]))];
    }

    public SimulationOptions Options { get; }

    public Random Random { get; }

    public ClusterMap Map { get; }

    public Key[] Keys { get; }

    public Invariants Invariants { get; }

    public History History { get; } = new();

    public long Now { get; private set; }

    /// <summary>The history's clock: one tick per event, so that nothing counts as concurrent that was not.</summary>
    public long Step => _step;

    public bool IsHealed { get; private set; }

    /// <summary>Everything healed, and since then every key has served a write and a read.</summary>
    public bool IsDone => IsHealed && Array.TrueForAll(Progress, static done => done == Tests.Consensus.Simulation.Progress.Proven);

    public Progress[] Progress { get; }

    public IReadOnlyList<SimulatedHost> Hosts => _hosts;

    public string TraceText => _trace?.ToString() ?? "";

    public int NextValue { get; set; }

    /// <summary>How many writes of unknown outcome each key has seen.</summary>
    public int[] Unknown { get; }

    /// <summary>How many values with a time to live each key has seen.</summary>
    public int[] Expiring { get; }

    /// <summary>Wall clock of a host or (after the hosts) of an origin, each with its own error.</summary>
    public Moment Moment(int clock) => new(Now, 1_000_000 + Now + _clockErrors[clock]);

    public int OriginClock(int origin) => Options.Hosts + origin;

    /// <exception cref="ViolationException">Some rule was broken.</exception>
    public SimulationReport Run()
    {
        try
        {
            foreach (var client in _clients)
                At(Random.Next(20), client.Next);
            PlanFaults();
            Pump(Options.SafetyMilliseconds);
            Heal();
            Pump(Now + Options.LivenessMilliseconds, () => IsDone && Array.TrueForAll(_clients, static client => client.IsIdle));
        }
        catch (InvariantViolationException fault)
        {
            throw new ViolationException("the core stopped itself: " + fault.Message);
        }

        foreach (var client in _clients)
            client.Leave();
        var stuck = Array.FindIndex(Progress, static done => done != Tests.Consensus.Simulation.Progress.Proven);
        if (stuck >= 0)
            throw new NoProgressException($"{Keys[stuck]} has served {Progress[stuck]} within {Options.LivenessMilliseconds} ms after everything healed");
        Invariants.CheckSettled(_replicas, Keys);
        var result = new LinearizabilityChecker().Check(History);
        if (result.Verdict == Verdict.Undecided)
            throw new UndecidedException(result.ToString());
        if (!result.IsLinearizable)
            throw new ViolationException(result.ToString());
        return new SimulationReport(_step, History.Count, History.Snapshot().Count(static e => e.Answer.Kind == AnswerKind.Unknown));
    }

    public void At(long time, Action action) => _events.Enqueue(action, (Math.Max(time, Now) << OrderBits) | _order++);

    /// <summary>A request on its way to a replica, and its reply on the way back.</summary>
    public void Transmit(int host, NodeId node, Request request, Action<Reply> respond, Action fail)
    {
        var index = Array.FindIndex(_replicas, replica => replica.Node == node);
        if (_cut.Contains((host, index)) || (!_replicas[index].IsUp && Random.Next(2) == 0))
        {
            // A cut swallows or refuses; either may be all that the sender ever sees.
            if (Random.Next(3) != 0)
                At(Now + 1, fail);
            return;
        }

        // A connection that breaks after the request went through: the failure is true, no answer will come, and the request may have been handled.
        var replyLost = Happens(Options.FalseFailure);
        if (replyLost)
            At(Now + Delay(), fail);
        var copies = Happens(Options.Duplicate) ? 2 : 1;
        for (var i = 0; i < copies; i++)
        {
            if (Happens(Options.Drop))
                continue;
            At(Now + Delay(), () =>
            {
                if (!_replicas[index].IsUp || _cut.Contains((host, index)))
                    return;
                _replicas[index].Receive(request, reply =>
                {
                    if (replyLost || Happens(Options.Drop))
                        return;
                    At(Now + Delay(), () => respond(reply));
                    if (Happens(Options.Duplicate))
                        At(Now + Delay(), () => respond(reply));
                });
            });
        }
    }

    public long Delay()
    {
        var delay = 1 + Random.Next(Options.MaxDelay);
        return !IsHealed && Happens(Options.LongDelay) ? delay + Random.Next(Options.MaxLongDelay) : delay;
    }

    public bool Happens(double probability) => probability > 0 && !IsHealed && Random.NextDouble() < probability;

    public void Trace(string text) => _trace?.Append(CultureInfo.InvariantCulture, $"{Now,5} {text}\n");

    private void Pump(long until, Func<bool>? isDone = null)
    {
        while (isDone?.Invoke() != true && _events.TryPeek(out _, out var next) && next >> OrderBits <= until)
        {
            var action = _events.Dequeue();
            Now = next >> OrderBits;
            _step++;
            action();
        }

        Now = isDone is null ? until : Now;
    }

    private void PlanFaults()
    {
        for (var i = 0; i < _clockErrors.Length; i++)
            _clockErrors[i] = Random.Next(-Options.MaxClockError, Options.MaxClockError + 1);
        if (Options.MaxClockError > 0)
            At(Random.Next(Options.SafetyMilliseconds), () => _clockErrors[Random.Next(_clockErrors.Length)] = Random.Next(-Options.MaxClockError, Options.MaxClockError + 1));

        for (var i = 0; i < Options.ReplicaCrashes; i++)
        {
            var replica = _replicas[Random.Next(_replicas.Length)];
            var at = Random.Next(Options.SafetyMilliseconds);
            At(at, replica.Crash);
            At(at + Random.Next(200), replica.Start);
        }

        for (var i = 0; i < Options.HostCrashes; i++)
        {
            var host = _hosts[Random.Next(_hosts.Length)];
            var at = Random.Next(Options.SafetyMilliseconds);
            At(at, host.Crash);
            At(at + (Random.Next(2) * Random.Next(100)), host.Start);
        }

        for (var i = 0; i < Options.Cuts; i++)
        {
            var pair = (Random.Next(_hosts.Length), Random.Next(_replicas.Length));
            var at = Random.Next(Options.SafetyMilliseconds);
            At(at, () => _cut.Add(pair));
            At(at + Random.Next(400), () => _cut.Remove(pair));
        }
    }

    private void Heal()
    {
        Trace("everything heals");
        IsHealed = true;
        _cut.Clear();
        Array.Clear(_clockErrors);
        foreach (var replica in _replicas)
            replica.Start();
        foreach (var host in _hosts)
            host.Start();
        Array.Clear(Progress);
    }
}
