using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// Draws the weather of a schedule from its seed: some runs are calm and some are wild, as each hides other bugs. A third of them keep their first map; every eighth is a storm
/// of restarts on fresh keys, and every eighth each an exodus, a seclusion and an eclipse.
/// </summary>
internal sealed class Weather
{
    /// <summary>Every so many schedules are a storm.</summary>
    public const int StormEvery = 8;

    /// <summary>Where among these many an exodus falls.</summary>
    public const int ExodusAt = 4;

    /// <summary>Where among these many an eclipse falls.</summary>
    public const int EclipseAt = 2;

    /// <summary>Where among these many a seclusion falls.</summary>
    public const int SeclusionAt = 6;

    private readonly int _seed;
    private readonly Random _random;

    private Weather(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
    }

    /// <summary>The kinds of weather, by the names that a failure gives them.</summary>
    public const string Consistent = "CP", Available = "AP", Catastrophic = "LOSS";

    public static SimulationOptions Draw(string mode, int seed, Mutation mutation = Mutation.None) => mode switch
    {
        Consistent => Draw(seed, mutation),
        Available => DrawAvailable(seed, mutation),
        Catastrophic => DrawCatastrophe(seed, mutation),
        _ => throw new ArgumentException($"{mode} is no mode: {Consistent}, {Available} or {Catastrophic}", nameof(mode)),
    };

    public static SimulationOptions Draw(int seed, Mutation mutation = Mutation.None)
    {
        var weather = new Weather(seed);
        var options = weather.Calm() with { Mutation = mutation };
        if (seed % StormEvery == 0)
            return Storm(options);
        if (seed % StormEvery == ExodusAt)
            return weather.Exodus(options);
        if (seed % StormEvery == SeclusionAt)
            return weather.Seclusion(weather.Exodus(options));
        if (seed % StormEvery == EclipseAt)
            return weather.Eclipse(weather.Exodus(options));
        return weather._random.Next(3) == 0 ? options : weather.Change(options);
    }

    /// <summary>Clients, network, clocks and crashes under one map.</summary>
    private SimulationOptions Calm()
    {
        var replicas = Pick(3, 3, 3, 3, 2, 5);
        return new SimulationOptions
        {
            Seed = _seed,
            Replicas = replicas,
            Silos = Math.Max(3, replicas),
            Clients = Pick(2, 4, 6),
            Keys = Pick(1, 1, 2, 3, 12),
            Slots = Pick(1, 2),
            WriteQuorum = _random.Next(8) == 0 ? WriteQuorum.All : WriteQuorum.Majority,
            Drop = Pick(0, 0.02, 0.1, 0.25),
            Duplicate = Pick(0, 0.05, 0.3),
            MaxDelay = Pick(2, 5, 15),
            LongDelay = Pick(0, 0.03, 0.1),
            MaxLongDelay = Pick(100, 400, 1_200),
            FalseFailure = Pick(0, 0.03),
            SiloCrashes = Pick(0, 1, 4),
            HostCrashes = Pick(0, 2, 5, 25),
            CrashAfterSend = Pick(0, 0, 0.02, 0.1),
            CrashAroundSave = Pick(0, 0, 0.01),
            Cuts = Pick(0, 2, 5),
            MaxPersistDelay = Pick(0, 2, 8),
            MaxClockError = Pick(0, 20, 300, 2_000, 180_000),
            Deadline = Pick(100, 300, 3_000),
            Patience = Pick(80, 200, 400),
            ThinkTime = Pick(2, 20, 60),
            OwnRequestId = Pick(0, 0.2, 0.6),
            ReadShare = Pick(0.15, 0.4, 0.7),
            ExpiryShare = Pick(0, 0, 0.2),
            MaxRemembered = Pick(12, 4_096, 4_096),
            ReplayEvery = Pick(0, 15, 60),
            CompareEvery = Pick(0, 15, 60),
            PurgeEvery = Pick(0, 10, 40),
            PurgeAge = Pick(0, 30, 100),
            MaxPending = Pick(1, 64),
            PageSize = Pick(1, 2, 16),
        };
    }

    /// <summary>Nodes that come and go, and maps that follow them.</summary>
    private SimulationOptions Change(SimulationOptions options) => options with
    {
        Silos = Math.Clamp(options.Replicas + Pick(0, 1, 1, 2), 3, 6),
        Leaders = Pick(1, 1, 2, 3),
        LeaderEnds = Pick(0, 0.1, 0.4),
        MigratorEnds = Pick(0, 0.01, 0.1),
        MigrationWidth = Pick(1, 4),
        VolatileShare = Pick(0, 0.5, 1),
        Deaths = Pick(0, 1, 2, 4, 6),
        Losses = Pick(0, 0, 1, 2),
        Drains = Pick(0, 0, 1, 2),
        Suspicions = Pick(0, 0, 1, 3),
        MaxDetection = Pick(5, 20, 60),
        Grace = Pick(0, 0, 30),
        DurableGrace = Pick(30, 60, 150),
        MaxMapLag = Pick(10, 60, 300),
        SafetyMilliseconds = Pick(600, 600, 1_000),
    };

    /// <summary>
    /// Most of the first silos leave at once, alive, and hear of it late, while the network lets through what it is given. Whatever is left behind with them (floors,
    /// states that came after a listing, promises) is missing in a whole quorum of those that remain.
    /// </summary>
    private SimulationOptions Exodus(SimulationOptions options) => options with
    {
        Replicas = 3,
        Silos = 6,
        Exodus = Pick(2, 2, 3),
        IsSecluded = false,
        Leaders = 1,
        Drop = Pick(0, 0, 0.02),
        LongDelay = Pick(0, 0.03),
        MaxDelay = Pick(2, 5),
        Cuts = Pick(0, 2),
        HostCrashes = Pick(0, 2, 5),
        SiloCrashes = Pick(0, 0, 1),
        CrashAroundSave = 0,
        MaxDetection = 60,
        DurableGrace = 150,
        MaxMapLag = Pick(40, 400, 800),
        MigrationWidth = 4,
        RedeliverShare = Pick(0.5, 1),
        ReplayEvery = Pick(0, 15),
        CompareEvery = Pick(0, 15),
        PurgeEvery = Pick(5, 15),
        PurgeAge = Pick(0, 0, 30),
        MaxClockError = Pick(0, 20, 180_000),
        Keys = Pick(1, 2, 12),
        Slots = 1,
        Clients = Pick(2, 4),
        ThinkTime = Pick(10, 40),
        SafetyMilliseconds = 800,
    };

    /// <summary>
    /// A majority of a slot's replicas leaves, and cannot reach who stays; with them are most of the clients. Nobody disturbs them but those who list their slots: what the
    /// others need is redelivered by the one that stays. A state that they commit under the map they know must be impossible by then.
    /// </summary>
    private SimulationOptions Seclusion(SimulationOptions options) => options with
    {
        Exodus = 2,
        IsSecluded = true,
        RedeliverShare = 1,
        MaxMapLag = Pick(400, 800),
        Keys = Pick(2, 12),
        ReadShare = 0.15,
        ThinkTime = Pick(2, 10),
    };

    /// <summary>
    /// Two of a slot's replicas leave, and the one that stays is in the dark: nobody reaches it, and what its own proposers accept gets no further than itself, round after
    /// round, under ever higher numbers. When it is back, that state must lose against what was committed under low numbers meanwhile, where nobody had heard of the high ones.
    /// </summary>
    private SimulationOptions Eclipse(SimulationOptions options) => options with
    {
        Silos = Pick(5, 6),
        Exodus = 2,
        IsSecluded = false,
        IsEclipsed = true,
        MaxMapLag = 800,
        Drop = Pick(0, 0.02),
        Keys = Pick(1, 2),
        Clients = Pick(4, 6),
        ThinkTime = Pick(10, 40),
        ReadShare = Pick(0.15, 0.4),
        RedeliverShare = 1,
        ReplayEvery = 0,
        CompareEvery = 0,
    };

    /// <summary>
    /// The available mode: some silos are cut off from the others for a while, clients write on both sides, and what was accepted without a quorum is merged, by who accepted
    /// it, by who keeps copies, and more than once. In every second schedule the map changes as well.
    /// </summary>
    private static SimulationOptions DrawAvailable(int seed, Mutation mutation = Mutation.None)
    {
        var weather = new Weather(seed);
        var calm = weather.Calm();
        return weather.Divide(seed % 2 == 0 ? calm : weather.Change(calm)) with { Mutation = mutation };
    }

    private SimulationOptions Divide(SimulationOptions options) => options with
    {
        IsAvailable = true,
        Partitions = Pick(1, 2, 3),
        Cuts = Pick(0, 0, 2),
        MergeEvery = Pick(10, 40, 120),
        ResolveEvery = Pick(0, 20, 60),
        CrashAfterMerge = Pick(0, 0.1, 0.4),
        Drop = Pick(0, 0, 0.02, 0.1),
        WriteQuorum = WriteQuorum.Majority,
        Keys = Pick(1, 2, 4),
        Clients = Pick(2, 4),
        ReadShare = Pick(0.15, 0.4),
        ThinkTime = Pick(5, 20, 60),
        Patience = Pick(80, 150),
        Deadline = Pick(100, 300, 3_000),
        ReplayEvery = Pick(15, 60),
        CompareEvery = Pick(15, 60),
        SafetyMilliseconds = Pick(600, 1_000),
    };

    /// <summary>Stores that are lost together, and an operator who recovers: many slots, of which some keep their quorums.</summary>
    private static SimulationOptions DrawCatastrophe(int seed, Mutation mutation = Mutation.None)
    {
        var weather = new Weather(seed);
        return weather.Catastrophe(weather.Change(weather.Calm())) with { Mutation = mutation };
    }

    private SimulationOptions Catastrophe(SimulationOptions options) => options with
    {
        Catastrophes = Pick(1, 1, 2),
        Replicas = Pick(3, 5, 5),
        Silos = Pick(5, 6),
        Leaders = Pick(1, 2),
        Keys = 12,
        Slots = Pick(4, 6),
        Clients = Pick(4, 6),
        ThinkTime = Pick(5, 20),
        ReadShare = Pick(0.15, 0.4),
        Drop = Pick(0, 0.02, 0.1),
        SafetyMilliseconds = 1_000,
    };

    private static SimulationOptions Storm(SimulationOptions options) => options with
    {
        Replicas = 3,
        Silos = 3,
        Keys = 60,
        Slots = 3,
        Clients = 6,
        ThinkTime = 2,
        Deadline = 3_000,
        Duplicate = 0.4,
        LongDelay = 0.2,
        MaxLongDelay = 100,
        CrashAfterSend = 0.3,
    };

    private T Pick<T>(params ReadOnlySpan<T> choices) => choices[_random.Next(choices.Length)];
}
