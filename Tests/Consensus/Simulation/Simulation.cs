using System.Globalization;
using System.Text;
using Orleans.Kv.Consensus;
using Orleans.Kv.Tests.Checking.Histories;
using Orleans.Kv.Tests.Checking.Linearizability;
using Recorded = Orleans.Kv.Tests.Checking.Histories.Operation;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// One seeded schedule of the whole protocol: silos with replicas and proposers that come, go, come back with and without their stores, and are drained; maps that
/// change while others are still under way; clients that hedge and retry; a network and clocks that misbehave. First everything strikes
/// (safety), then everything heals, the map must come to rest and every key must make progress (liveness); at the end the clients' history must be linearizable.
/// Single-threaded and a function of its options alone: the same seed gives the same run, event for event.
/// </summary>
internal sealed class Simulation
{
    // Ordered by time, then by the order of scheduling, in one number: 2^24 ms are four hours, far beyond any schedule.
    private const int OrderBits = 39;

    // All clocks begin here, so that one may be wrong by hours in either direction.
    private const long Dawn = 100_000_000;

    private readonly PriorityQueue<Action, long> _events = new();
    private readonly StringBuilder? _trace;
    private readonly SimulatedSilo[] _silos;
    private readonly SimulatedClient[] _clients;
    private readonly long[] _clockErrors;
    private long _leap;
    private long _order;
    private long _step;
    private int _stores;

    public Simulation(SimulationOptions options, bool trace = false)
    {
        Options = options;
        Faults = options.Mutation.ToFaults();
        Random = new Random(options.Seed);
        _trace = trace ? new StringBuilder() : null;
        Authority = new SimulatedAuthority(this);
        Membership = new SimulatedMembership(this);
        Network = new SimulatedNetwork(this);
        Planner = new PlannerCache(new MapPlannerOptions
        {
            Grace = TimeSpan.FromMilliseconds(options.Grace),
            DurableGrace = TimeSpan.FromMilliseconds(options.DurableGrace),
            WriteQuorum = options.WriteQuorum,
        });
        Pending = new PendingBook(this);
        Invariants = new Invariants(Authority, Pending.IsAccepted);
        Changes = new ChangeBook(this);
        var slots = Enumerable.Range(0, options.Slots).Select(_ => Random.Next(KeyPool.Slots)).ToArray();
        Keys = [.. Enumerable.Range(0, options.Keys).Select(i => KeyPool.Take(slots[i % slots.Length], i / slots.Length)).Distinct()];
        Slots = [.. Keys.Select(static key => key.Slot).Distinct()];
        Progress = new Progress[Keys.Length];
        Unknown = new int[Keys.Length];
        Expiring = new int[Keys.Length];
        _clockErrors = new long[options.Silos + options.Clients];
        _silos = [.. Enumerable.Range(0, options.Silos).Select(i => new SimulatedSilo(this, i, isDurable: Random.NextDouble() >= options.VolatileShare))];
        var origins = Enumerable.Range(0, 2).Select(i => new SimulatedOrigin(this, i)).ToArray();
        _clients = [.. Enumerable.Range(0, options.Clients).Select(i => new SimulatedClient(this, i, origins[i % origins.Length]))];
    }

    public SimulationOptions Options { get; }

    public Faults Faults { get; }

    public Random Random { get; }

    public SimulatedAuthority Authority { get; }

    public SimulatedMembership Membership { get; }

    public SimulatedNetwork Network { get; }

    public PlannerCache Planner { get; }

    public Key[] Keys { get; }

    /// <summary>The slots that have keys: the others have nothing to move, to repair or to purge.</summary>
    public Slot[] Slots { get; }

    public Invariants Invariants { get; }

    public PendingBook Pending { get; }

    public ChangeBook Changes { get; }

    public History History { get; } = new();

    public long Now { get; private set; }

    /// <summary>The history's clock: one tick per event, so that nothing counts as concurrent that was not.</summary>
    public long Step => _step;

    public bool IsHealed { get; private set; }

    /// <summary>Everything healed, and since then every key has served a write and a read.</summary>
    public bool IsProven => IsHealed && Array.TrueForAll(Progress, static done => done == Tests.Consensus.Simulation.Progress.Proven);

    public Progress[] Progress { get; }

    public IReadOnlyList<SimulatedSilo> Silos => _silos;

    /// <summary>Silos that are among themselves for the moment, with most of the clients.</summary>
    public SimulatedSilo[] Secluded { get; set; } = [];

    public string TraceText => _trace?.ToString() ?? "";

    public int NextValue { get; set; }

    /// <summary>How often an operator has given up lost stores.</summary>
    public int Recoveries { get; set; }

    /// <summary>How many writes of unknown outcome each key has seen.</summary>
    public int[] Unknown { get; }

    /// <summary>How many values with a time to live each key has seen.</summary>
    public int[] Expiring { get; }

    private bool IsAtRest => Authority.Map.IsStable;

    /// <summary>Nobody keeps a pending write any more.</summary>
    private bool IsMerged => Array.TrueForAll(_silos, static silo => silo.Pending.Count == 0);

    /// <summary>All replicas of each slot hold the same.</summary>
    private bool IsEven => Array.TrueForAll(
        Slots,
        slot =>
        {
            ulong? digest = null;
            foreach (var node in Authority.Map[slot].Replicas)
            {
                if (SiloOf(node.Name) is not { IsUp: true } silo || silo.Node != node || silo.Replica[slot].Digest != (digest ??= silo.Replica[slot].Digest))
                    return false;
            }

            return true;
        });

    /// <summary>
    /// For the history a pending write is one of unknown outcome: it may take effect at any time from now on, once, or never.
    /// </summary>
    public void NotePending(PendingWrite write)
    {
        var key = Array.IndexOf(Keys, write.Key);
        var recorded = write.IsDelete ? Recorded.Delete() : Recorded.Store(long.Parse(write.Value.Span, CultureInfo.InvariantCulture));
        History.Invoke(Options.Clients, key, recorded, Step);
        if (write.Expiry != HybridTimestamp.Zero)
            History.Invoke(Options.Clients, key, Recorded.Delete(), Step);
        Unknown[key]++;
    }

    public SimulatedSilo SiloOf(string name) => _silos[name[1] - '0'];

    /// <summary>
    /// Where a client turns with a key: mostly to the key's own silo, as a directory would have it, or to the next one that is not known to be down; but clients may
    /// disagree on which that is.
    /// </summary>
    public SimulatedSilo PickSilo(int key, bool isFirst)
    {
        // Those in the dark have their clients until the others have a map without those that left.
        if (Secluded.Length > 0 && !IsHealed && Random.Next(8) != 0 && !(Options.IsEclipsed && Authority.Map.IsStable && Authority.Map.Newest.Nodes.Length <= _silos.Length - Options.Exodus))
            return Secluded[Random.Next(Secluded.Length)];
        var index = isFirst && Random.Next(5) != 0 ? key : Random.Next(_silos.Length);
        for (var i = 0; i < _silos.Length - 1; i++, index++)
        {
            var silo = _silos[index % _silos.Length];
            if (silo.IsUp ? silo.Map is not null : Random.Next(4) == 0)
                return silo;
        }

        return _silos[index % _silos.Length];
    }

    /// <summary>Wall clock of a silo or (after the silos) of an origin, each with its own error.</summary>
    public Moment Moment(int clock) => new(Now, Dawn + Now + _leap + _clockErrors[clock]);

    public int OriginClock(int origin) => Options.Silos + origin;

    public StoreId NextStore()
    {
        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(bytes, ++_stores);
        return new StoreId(new Guid(bytes));
    }

    /// <exception cref="ViolationException">Some rule was broken.</exception>
    public SimulationReport Run()
    {
        try
        {
            Form();
            foreach (var client in _clients)
                At(Random.Next(20), client.Next);
            PlanClocks();
            new FaultPlan(this).Draw();
            new LeaderElection(this).Start();
            if (Options.Catastrophes > 0)
                new SimulatedOperator(this).Attend();
            Pump(Options.SafetyMilliseconds);
            Heal();
            Pump(Now + Options.LivenessMilliseconds, () => IsProven && IsAtRest && Array.TrueForAll(_clients, static client => client.IsIdle) && (!Options.IsAvailable || (IsMerged && IsEven)));
        }
        catch (InvariantViolationException fault)
        {
            throw new ViolationException("the core stopped itself: " + fault.Message);
        }

        foreach (var client in _clients)
            client.Leave();
        CheckProgress();
        Invariants.CheckSettled(node => SiloOf(node.Name) is { } silo && silo.Node == node ? silo.Replica.Disk : null, Keys);
        Changes.Check(Keys.Where(key => !Invariants.IsShaken(key)));
        foreach (var key in Keys.Where(key => !Invariants.IsShaken(key)))
            Pending.Check(key, Invariants.ChosenOf(key), id => Invariants.TookEffect(key, id));
        var result = new LinearizabilityChecker().Check(Judged());
        if (result.Verdict == Verdict.Undecided)
            throw new UndecidedException(result.ToString());
        if (!result.IsLinearizable)
            throw new ViolationException(result.ToString());
        return new SimulationReport(_step, History.Count, History.Snapshot().Count(static e => e.Answer.Kind == AnswerKind.Unknown), Authority.Map.Epoch.Number, Pending.Writes, Recoveries, Keys.Count(Invariants.IsShaken));
    }

    /// <summary>The history of those keys that no recovery has shaken.</summary>
    private History Judged()
    {
        if (Recoveries == 0)
            return History;
        var judged = new History();
        foreach (var entry in History.Snapshot().Where(entry => !Invariants.IsShaken(Keys[entry.Key])))
            judged.Add(entry.Client, entry.Key, entry.Operation, entry.Answer, entry.Invoked, entry.Returned);
        return judged;
    }

    public void At(long time, Action action) => _events.Enqueue(action, (Math.Max(time, Now) << OrderBits) | _order++);

    public void After(long delay, Action action) => At(Now + delay, action);

    public long Delay()
    {
        var delay = 1 + Random.Next(Options.MaxDelay);
        return !IsHealed && Happens(Options.LongDelay) ? delay + Random.Next(Options.MaxLongDelay) : delay;
    }

    /// <summary>How long news of a map takes inside a silo.</summary>
    public long Lag() => IsHealed || Random.Next(2) == 0 ? 0 : Random.Next(Options.MaxMapLag);

    public bool Happens(double probability) => probability > 0 && !IsHealed && Random.NextDouble() < probability;

    public void Trace(string text) => _trace?.Append(CultureInfo.InvariantCulture, $"{Now,5} {text}\n");

    public bool IsTraced => _trace is not null;

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

    /// <summary>The first map, of the silos that are there at the beginning.</summary>
    private void Form()
    {
        var first = _silos[..Options.Replicas];
        foreach (var silo in first)
            silo.Start();
        Authority.TryInstall(
            new ClusterMap(Epoch.None.Next(), ConsistencyMode.Consistent, [new Generation(first.Select(static silo => silo.Node), Options.WriteQuorum)]), Epoch.None, "formation");
        foreach (var silo in first)
        {
            Authority.Register(silo.Node, silo.IsDurable, Epoch.None);
            silo.Form(Authority.Map);
        }
    }

    private void PlanClocks()
    {
        for (var i = 0; i < _clockErrors.Length; i++)
            _clockErrors[i] = Random.Next(-Options.MaxClockError, Options.MaxClockError + 1);
        if (Options.MaxClockError > 0)
            At(Random.Next(Options.SafetyMilliseconds), () => _clockErrors[Random.Next(_clockErrors.Length)] = Random.Next(-Options.MaxClockError, Options.MaxClockError + 1));
    }

    private void Heal()
    {
        Trace("everything heals");
        IsHealed = true;
        Network.Heal();
        Array.Clear(_clockErrors);
        // Time enough for the deadlines that were stamped by clocks far ahead: until they are past, a memory that is full stays full.
        _leap = 2 * Options.MaxClockError;
        foreach (var silo in _silos)
        {
            // Who is gone for good stays gone; but what a map counts on, and has its store, returns.
            if (silo.IsDurable && Authority.Map.Contains(silo.Node))
                silo.Start();
            silo.Host.Start();
        }

        Array.Clear(Progress);
    }

    private void CheckProgress()
    {
        var stuck = Array.FindIndex(Progress, static done => done != Tests.Consensus.Simulation.Progress.Proven);
        if (stuck >= 0)
            throw new NoProgressException($"{Keys[stuck]} has served {Progress[stuck]} within {Options.LivenessMilliseconds} ms after everything healed");
        if (!IsAtRest)
            throw new NoProgressException($"the map is not at rest {Options.LivenessMilliseconds} ms after everything healed: {Authority.Map}");
        if (Options.IsAvailable && !(IsMerged && IsEven))
            throw new NoProgressException($"{_silos.Sum(static silo => silo.Pending.Count)} writes are pending still, or the replicas differ, {Options.LivenessMilliseconds} ms after everything healed");
    }
}
