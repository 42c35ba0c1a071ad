using System.Collections.Concurrent;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Reachability;

/// <summary>When each node was last heard from. Called on any thread.</summary>
internal sealed class Hearings(TimeProvider time)
{
    private readonly ConcurrentDictionary<NodeId, Hearing> _last = new();

    /// <summary>The node has answered something.</summary>
    public void Note(NodeId node)
    {
        if (!_last.TryGetValue(node, out var hearing)) hearing = _last.GetOrAdd(node, static _ => new Hearing());
        Volatile.Write(ref hearing.At, time.GetTimestamp());
    }

    /// <summary>The timestamp of its last answer; null where it never gave one.</summary>
    public long? LastOf(NodeId node) => _last.TryGetValue(node, out var hearing) ? Volatile.Read(ref hearing.At) : null;

    /// <summary>Nodes that are not there any more.</summary>
    public void Forget(Func<NodeId, bool> isGone)
    {
        foreach (var node in _last.Keys.Where(isGone).ToList()) _last.TryRemove(node, out _);
    }

    private sealed class Hearing
    {
        public long At;
    }
}
