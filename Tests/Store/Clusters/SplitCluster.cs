using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Pending;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Availability;
using Orleans.Kv.Interfaces.Operations;
using Orleans.TestingHost;

namespace Orleans.Kv.Tests.Store.Clusters;

/// <summary>A cluster that can be cut into sides, each of which is asked through the coordinators of its silos, as a client there would.</summary>
internal sealed class SplitCluster : IAsyncDisposable
{
    private SplitCluster(StoreCluster cluster, Cuts cuts)
    {
        Cluster = cluster;
        Cuts = cuts;
    }

    public StoreCluster Cluster { get; }

    public Cuts Cuts { get; }

    public Origin Origin { get; } = new();

    public IReadOnlyList<InProcessSiloHandle> Silos => Cluster.Silos;

    public static async Task<SplitCluster> Start(ConsistencyMode mode = ConsistencyMode.Available, short silos = 3, Action<PendingOptions>? configure = null)
    {
        var cuts = new Cuts();
        var cluster = await StoreCluster.Start(silos, configure: (_, silo) =>
        {
            cuts.AddTo(silo);
            silo.Configure<PendingOptions>(options => configure?.Invoke(options));
        });
        var split = new SplitCluster(cluster, cuts);
        if (mode != ConsistencyMode.Consistent) await split.Switch(mode);
        return split;
    }

    /// <summary>Puts the mode into the map, and waits until every silo has it.</summary>
    public async Task Switch(ConsistencyMode mode)
    {
        while (true)
        {
            var read = await Cluster.Authority.Read(CancellationToken.None);
            var map = ClusterMapCodec.Read(read.Map);
            var changed = new ClusterMap(map.Epoch.Next(), mode, map.Generations);
            if (await Cluster.Authority.TryInstall(ClusterMapCodec.ToArray(changed), changed.Epoch.Number, map.Epoch.Number, [], CancellationToken.None)) break;
        }

        foreach (var silo in Silos) Cluster.Service<TopologyAgent>(silo).Refresh();
        await Eventually.Seen($"{mode} on every silo", () => string.Join(' ', Silos.Select(silo => Cluster.MapOf(silo)?.Mode)), _ => Silos.All(silo => Cluster.MapOf(silo)?.Mode == mode));
    }

    /// <summary>Cuts these silos off from the others.</summary>
    public void CutOff(params int[] silos)
    {
        var names = silos.Select(silo => Silos[silo].Name).ToArray();
        Cuts.Split(names, [.. Silos.Select(silo => silo.Name).Except(names)]);
    }

    /// <summary>A key of whose replicas these silos are one, so that they have no quorum together.</summary>
    public string KeyWithoutQuorumOn(params int[] silos)
    {
        var map = Cluster.MapOf(Silos[0])!;
        var nodes = silos.Select(silo => Cluster.NodeOf(Silos[silo])).ToList();
        return Enumerable.Range(0, 1000).Select(static i => "key-" + i).First(key => map[Consensus.Key.From(key)].Replicas.ToArray().Count(nodes.Contains) == 1);
    }

    /// <summary>Carries the operation out on that silo, as the coordinator there does.</summary>
    public Task<OperationReply> On(int silo, string key, OperationRequest request) => Cluster.Coordinator(Silos[silo]).Execute(key, request).AsTask();

    public async Task<OperationReply> Must(ReplyStatus status, int silo, string key, OperationRequest request)
    {
        var reply = await On(silo, key, request);
        Assert.True(reply.Status == status, $"{request.Code} of {key} on {Silos[silo].Name}: expected {status}, got {reply.Status}: {reply.Detail}");
        return reply;
    }

    public IConflictGrain Conflicts(int silo) => Cluster.Service<IGrainFactory>(Silos[silo]).GetGrain<IConflictGrain>(0);

    public PendingStore PendingOf(int silo) => Cluster.Service<PendingStore>(Silos[silo]);

    public long Sum(Func<PendingCounters, long> counter) => Silos.Sum(silo => counter(Cluster.Service<PendingCounters>(silo)));

    public RegisterState? StateOf(int silo, string key) =>
        Cluster.Service<Replica>(Silos[silo]).TryGet(Consensus.Key.From(key), out var register) ? register.State : null;

    /// <summary>Heals all cuts, and waits until no silo keeps a pending write.</summary>
    public Task<TimeSpan> HealAndMerge(TimeSpan? within = null)
    {
        Cuts.Heal();
        return Merged(within);
    }

    public Task<TimeSpan> Merged(TimeSpan? within = null) => Eventually.Seen(
        "no pending writes", () => string.Join(", ", Silos.Select(silo => $"{silo.Name}: {Cluster.Service<PendingStore>(silo).Count}")),
        _ => Silos.All(silo => Cluster.Service<PendingStore>(silo).Count == 0), within);

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
