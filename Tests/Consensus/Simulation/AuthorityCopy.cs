using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>The authority as somebody saw it at a moment.</summary>
internal sealed record AuthorityCopy(ClusterMap Map, NodeRecord[] Records, long ReadAt);
