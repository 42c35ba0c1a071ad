using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Traffic;

/// <summary>Hears of every Accept that a node did not acknowledge. Called on any thread, before the Accept's sender is; must not block.</summary>
internal interface IFailedPushes
{
    void Add(NodeId node, AcceptRequest accept);
}
