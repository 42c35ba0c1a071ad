using System.Collections.Concurrent;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Traffic;

namespace Orleans.Kv.Tests.Store.Traffic;

/// <summary>Notes the keys of Accepts that failed.</summary>
internal sealed class Owed : IFailedPushes
{
    private readonly ConcurrentQueue<string> _keys = new();

    public string[] Keys => [.. _keys];

    public void Add(NodeId node, AcceptRequest accept) => _keys.Enqueue(accept.Key.ToString());
}
