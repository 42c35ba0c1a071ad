using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Proposing;

namespace Orleans.Kv.Grains.Coordination;

/// <summary>
/// The proposers of the keys that were coordinated last. Dropping one is always safe; it costs its key the next prepare.
/// One thread at a time.
/// </summary>
internal sealed class RecentProposers(int capacity)
{
    private readonly Dictionary<Key, LinkedListNode<ProposerHost>> _byKey = new(Key.Comparer);
    private readonly LinkedList<ProposerHost> _byUse = new();

    public int Count => _byKey.Count;

    public ProposerHost? Find(Key key)
    {
        if (!_byKey.TryGetValue(key, out var node)) return null;
        _byUse.Remove(node);
        _byUse.AddFirst(node);
        return node.Value;
    }

    /// <summary>Takes one in, and drops the least recently used ones that are idle while there are too many.</summary>
    public void Add(ProposerHost host)
    {
        _byKey.Add(host.Key, _byUse.AddFirst(host));
        for (var node = _byUse.Last; node is not null && _byKey.Count > capacity;)
        {
            var previous = node.Previous;
            if (node.Value.IsIdle && node.Value != host)
            {
                _byUse.Remove(node);
                _byKey.Remove(node.Value.Key);
                node.Value.Close();
            }

            node = previous;
        }
    }

    public void Close()
    {
        foreach (var host in _byUse) host.Close();
        _byKey.Clear();
        _byUse.Clear();
    }
}
