using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus;

/// <summary>Maps and nodes as tests need them.</summary>
internal static class Maps
{
    public static NodeId Node(string name, int store = 0) => new(name, new StoreId(new Guid(name.Sum(static c => c * 31) + store, 7, 7, new byte[8])));

    public static ClusterMap Stable(WriteQuorum writeQuorum, int nodes, long epoch = 1) => new(
        new Epoch(epoch),
        ConsistencyMode.Consistent,
        [new Generation(Enumerable.Range(0, nodes).Select(static i => Node("n" + i.ToString(System.Globalization.CultureInfo.InvariantCulture))), writeQuorum)]);
}
