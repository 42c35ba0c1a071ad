using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Repair;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Storage;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Grains.Traffic;
using Orleans.Kv.Interfaces.Operations;
using Orleans.TestingHost;

namespace Orleans.Kv.Tests.Store.Clusters;

/// <summary>Three silos whose storages can hang and whose repairs come quickly, with a look into their registers.</summary>
public sealed class RepairCluster : IAsyncDisposable
{
    /// <summary>How long a push to a silo that hangs takes to fail.</summary>
    public static readonly TimeSpan BatchTimeout = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, StallingStorage> _storages = new();
    private readonly Origin _origin = new();

    private RepairCluster()
    {
    }

    public StoreCluster Cluster { get; private set; } = null!;

    public RecordedLogs Logs { get; } = new();

    public IReadOnlyList<InProcessSiloHandle> Silos => Cluster.Silos;

    public static async Task<RepairCluster> Start(Action<RepairOptions>? configure = null)
    {
        var repair = new RepairCluster();
        repair.Cluster = await StoreCluster.Start(configure: (name, silo) =>
        {
            silo.Services.AddSingleton<IRegisterStorage>(repair._storages.GetOrAdd(name, _ => new StallingStorage()));
            silo.Services.AddSingleton<ILoggerProvider>(repair.Logs);
            silo.Services.AddLogging(logging => logging.AddFilter<RecordedLogs>("Orleans.Kv.Grains.Repair", LogLevel.Information));
            silo.Configure<TrafficOptions>(options => options.BatchTimeout = BatchTimeout);
            silo.Configure<RepairOptions>(options =>
            {
                // Each test turns on what it is about; the rest must not lend a hand.
                options.ComparePeriod = TimeSpan.FromHours(1);
                options.PurgePeriod = TimeSpan.FromHours(1);
                options.PurgeAge = TimeSpan.Zero;
                configure?.Invoke(options);
            });
        });
        return repair;
    }

    public void Stall(int silo) => _storages[Silos[silo].Name].Stall();

    public void Resume(int silo) => _storages[Silos[silo].Name].Resume();

    internal Replica ReplicaOf(int silo) => Cluster.Service<Replica>(Silos[silo]);

    public RepairCounters CountersOf(int silo) => Cluster.Service<RepairCounters>(Silos[silo]);

    internal NodeDebt? DebtOf(int silo, int to) => Cluster.Service<PendingPushes>(Silos[silo]).Find(Cluster.NodeOf(Silos[to]));

    public long Sum(Func<RepairCounters, long> counter) => Enumerable.Range(0, Silos.Count).Sum(silo => counter(CountersOf(silo)));

    public Register[] Registers(Key key) =>
        [.. Enumerable.Range(0, Silos.Count).Select(silo => ReplicaOf(silo).TryGet(key, out var register) ? register : Register.Absent)];

    /// <summary>The keys whose grains live on other silos than that one: what it misses while it is silent. The others are its own to push.</summary>
    public List<Key> LedByOthers(int silo, IEnumerable<Key> keys)
    {
        var map = Cluster.Service<TopologyAgent>(Silos[silo]).View.Map!;
        return [.. keys.Where(key => map[key].Replicas[0] != Cluster.NodeOf(Silos[silo]))];
    }

    public async Task<Key[]> Store(string prefix, int count, string value = "1")
    {
        var keys = Enumerable.Range(0, count).Select(i => Key.From(prefix + i)).ToArray();
        foreach (var chunk in keys.Chunk(200))
        {
            var replies = await Task.WhenAll(chunk.Select(key => Execute(key, _origin.Store(value))));
            Assert.All(replies, reply => Assert.Equal(ReplyStatus.Done, reply.Status));
        }

        return keys;
    }

    public async Task<OperationReply> Delete(Key key)
    {
        var reply = await Execute(key, _origin.Delete());
        Assert.Equal(ReplyStatus.Done, reply.Status);
        return reply;
    }

    public Task<OperationReply> Fetch(Key key) => Execute(key, _origin.Fetch());

    public Task<OperationReply> Execute(Key key, OperationRequest request) => Cluster.Key(key.ToString()).Execute(request).AsTask();

    /// <summary>Waits until all three replicas have accepted the same for every key.</summary>
    public Task<TimeSpan> Equal(IEnumerable<Key> keys, TimeSpan? within = null) => Eventually.Seen(
        "the same on all replicas", () => keys.Count(key => Registers(key).Select(register => (register.Accepted, register.StateHash)).Distinct().Count() > 1),
        differing => differing == 0, within);

    public ValueTask DisposeAsync()
    {
        foreach (var storage in _storages.Values) storage.Resume();
        return Cluster.DisposeAsync();
    }
}
