using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Repair;

public sealed class PurgeTests
{
    private const int Keys = 200;

    private static Task<RepairCluster> Start() => RepairCluster.Start(options =>
    {
        options.PurgePeriod = TimeSpan.FromMilliseconds(300);
        options.ComparePeriod = TimeSpan.FromSeconds(1);
    });

    [Fact]
    public async Task DeletedKeys_StayDeletedThroughPurges_TheirMemoryIsFreed_AndTheirVersionsGoOnRising()
    {
        await using var cluster = await Start();
        var origin = new ShortOrigin();
        var keys = Enumerable.Range(0, Keys).Select(i => Key.From("purged-" + i)).ToArray();
        var kept = await cluster.Store("kept-", 50, "kept");
        var last = new Dictionary<Key, long>();
        for (var life = 0; life < 3; life++)
        {
            foreach (var key in keys)
            {
                var stored = await cluster.Execute(key, origin.Store("life " + life));
                Assert.True(stored is { Status: ReplyStatus.Done, Created: true }, $"{key}: {stored.Status}, created {stored.Created}");
                Assert.True(stored.Version > last.GetValueOrDefault(key), $"{key} had version {last.GetValueOrDefault(key)} and is created anew with {stored.Version}");
                var deleted = await cluster.Execute(key, origin.Delete());
                Assert.Equal(ReplyStatus.Done, deleted.Status);
                Assert.True(deleted.Version > stored.Version);
                last[key] = deleted.Version;
            }

            await Eventually.Seen("no tombstone on any node", () => Enumerable.Range(0, 3).Sum(silo => cluster.ReplicaOf(silo).Status.Tombstones), left => left == 0);
            foreach (var key in keys) Assert.All(cluster.Registers(key), register => Assert.Null(register.State));
        }

        // Reads that propose leave tombstones anew, which go in their turn.
        foreach (var key in keys) Assert.Equal(ReplyStatus.NotFound, (await cluster.Fetch(key)).Status);
        await Eventually.Seen(
            "the memory of what is left", () => Enumerable.Range(0, 3).Max(silo => cluster.ReplicaOf(silo).Status.Bytes), bytes => bytes < 60 * (SlotRegisters.FixedBytes + 50));
        Assert.True(cluster.Sum(counters => counters.Purged) >= 3 * Keys);
        foreach (var key in kept) Assert.Equal("kept", Origin.Text(await cluster.Fetch(key)));
        Assert.Equal(0, cluster.Sum(counters => counters.Corruptions));
    }

    [Fact]
    public async Task WhileAReplicaIsSilent_NothingIsPurged_AndWhatItMissedIsDeletedThereToo()
    {
        await using var cluster = await Start();
        var origin = new ShortOrigin();
        var keys = await cluster.Store("revived-", Keys);
        await cluster.Equal(keys);
        cluster.Stall(2);
        foreach (var key in keys) Assert.Equal(ReplyStatus.Done, (await cluster.Execute(key, origin.Delete())).Status);
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(2);
        await Eventually.Seen("some periods", () => DateTime.UtcNow, now => now > until);
        Assert.True(cluster.ReplicaOf(0).Status.Tombstones > 0, "tombstones are gone though a replica could not be asked");

        cluster.Resume(2);
        await Eventually.Seen("no tombstone on any node", () => Enumerable.Range(0, 3).Sum(silo => cluster.ReplicaOf(silo).Status.Tombstones), left => left == 0);
        foreach (var key in keys)
        {
            Assert.All(cluster.Registers(key), register => Assert.Null(register.State));
            Assert.Equal(ReplyStatus.NotFound, (await cluster.Fetch(key)).Status);
        }
    }

    /// <summary>Its deadlines are soon over, so that what remembers them can soon be forgotten.</summary>
    private sealed class ShortOrigin
    {
        private readonly Guid _id = Guid.NewGuid();
        private long _number;

        public OperationRequest Store(string value) => New(OperationCode.Store, System.Text.Encoding.UTF8.GetBytes(value));

        public OperationRequest Delete() => New(OperationCode.Delete, null);

        private OperationRequest New(OperationCode code, byte[]? value) => new()
        {
            Code = code,
            Origin = _id,
            Number = Interlocked.Increment(ref _number),
            Deadline = HybridTimestamp.FromUnixMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()).Plus(TimeSpan.FromSeconds(2)).Value,
            Value = value,
        };
    }
}
