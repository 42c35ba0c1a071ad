using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Interfaces.Operations;
using Orleans.TestingHost;

namespace Orleans.Kv.Tests.Store.Clusters;

/// <summary>Many keys that are written once and must be there ever after.</summary>
internal sealed class BulkKeys(StoreCluster cluster, int count, string prefix = "bulk-", string suffix = "")
{
    private const int AtOnce = 64;

    public async Task Write(InProcessSiloHandle by)
    {
        var origin = new Origin();
        await ForEach(async i => (await cluster.Coordinator(by).Execute(prefix + i, origin.Store(ValueOf(i)))).Status, (i, status) =>
            Assert.True(status == ReplyStatus.Done, $"writing {prefix}{i} was answered {status}"));
    }

    /// <summary>Reads each key strongly through a silo's coordinator.</summary>
    public async Task AssertAllRead(InProcessSiloHandle by)
    {
        var origin = new Origin();
        await ForEach(async i => Origin.Text(await cluster.Coordinator(by).Execute(prefix + i, origin.Fetch())), (i, text) =>
            Assert.True(text == ValueOf(i), $"{by.Name} reads {prefix}{i} as {text}"));
    }

    /// <summary>Waits until each of these silos itself holds every key that is its to hold.</summary>
    public Task<TimeSpan> HeldBy(params IReadOnlyCollection<InProcessSiloHandle> silos)
    {
        var map = cluster.MapOf(silos.First())!;
        var expected = silos.ToDictionary(silo => silo, silo => Enumerable.Range(0, count).Count(i => map[Key.From(prefix + i)].Replicas.Contains(cluster.NodeOf(silo))));
        return Eventually.Seen(
            $"every copy of {count} keys in its place",
            () => string.Join(", ", silos.Select(silo => $"{silo.Name} {Held(silo)} of {expected[silo]}")),
            _ => silos.All(silo => Held(silo) == expected[silo]));
    }

    /// <summary>How many of the keys the silo itself has.</summary>
    public long Held(InProcessSiloHandle silo)
    {
        var replica = cluster.Service<Replica>(silo);
        return Enumerable.Range(0, count).Count(i => replica.TryGet(Key.From(prefix + i), out var register) && register.State is { IsTombstone: false });
    }

    private string ValueOf(int index) => suffix.Length == 0 ? Origin.Json(index) : $"\"{index}{suffix}\"";

    private async Task ForEach<T>(Func<int, Task<T>> act, Action<int, T> check)
    {
        for (var first = 0; first < count; first += AtOnce)
        {
            var indexes = Enumerable.Range(first, Math.Min(AtOnce, count - first)).ToList();
            var results = await Task.WhenAll(indexes.Select(act));
            for (var i = 0; i < results.Length; i++) check(indexes[i], results[i]);
        }
    }
}
