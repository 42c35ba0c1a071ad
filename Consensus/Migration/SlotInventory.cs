using System.Collections.Immutable;
using System.Numerics;

namespace Orleans.Kv.Consensus;

/// <summary>
/// What the listings of a slot have shown, and how far its keys are: first it collects the highest ballot per key and who holds it; once closed, it hands out those that the newest
/// generation lacks.
/// </summary>
internal sealed class SlotInventory
{
    private readonly Placement _placement;
    private readonly Quorum _commit;
    private readonly Dictionary<Key, Holding> _holdings = [];
    private readonly Queue<Key> _ready = [];
    private readonly Queue<(Key Key, long At)> _retries = [];
    private readonly ImmutableArray<NodeId>[] _missing;

    /// <param name="placement">Where the slot lives.</param>
    /// <param name="commit">w of the oldest generation: a ballot that these hold was chosen there, for all proposers of all epochs since.</param>
    public SlotInventory(Placement placement, Quorum commit)
    {
        _placement = placement;
        _commit = commit;
        _missing = new ImmutableArray<NodeId>[1 << placement.ReplicaCount];
    }

    /// <summary>Keys that had to be moved.</summary>
    public int Total { get; private set; }

    public int Moved => Total - _holdings.Count;

    /// <summary>All that had to be moved is.</summary>
    public bool IsEmpty => _holdings.Count == 0;

    /// <summary>When the next key that failed may be handed out again.</summary>
    public long WakeAt => _retries.TryPeek(out var first) ? first.At : Moment.Never;

    public void Add(in ListedRegister register, int node)
    {
        // A corrupt copy says which ballot it had, and answers nothing else: it cannot be counted on.
        var holder = register.IsCorrupt ? 0 : 1UL << node;
        var known = _holdings.GetValueOrDefault(register.Key);
        if (register.Accepted > known.Highest)
            _holdings[register.Key] = new Holding(register.Accepted, holder, MustSettle: false);
        else if (register.Accepted == known.Highest)
            _holdings[register.Key] = known with { Holders = known.Holders | holder };
    }

    /// <summary>No more listings: what is committed, and every replica of the newest generation holds anyway, is done. What is not known to be committed must be settled.</summary>
    public void Close()
    {
        var everyone = _placement.AcceptQuorum.Members;
        foreach (var (key, holding) in _holdings)
        {
            var isCommitted = _commit.Count(holding.Holders, 0) == Tally.Won;
            if (isCommitted && (holding.Holders & everyone) == everyone)
            {
                _holdings.Remove(key);
                continue;
            }

            if (!isCommitted)
                _holdings[key] = holding with { MustSettle = true };
            _ready.Enqueue(key);
        }

        Total = _holdings.Count;
    }

    public bool TryTake(out MigratingKey key)
    {
        key = default;
        if (!_ready.TryDequeue(out var next))
            return false;
        var holding = _holdings[next];
        var held = holding.Holders & _placement.AcceptQuorum.Members;
        var needed = Math.Max(0, _placement.AcceptQuorum.Needed - BitOperations.PopCount(held));
        key = new MigratingKey(next, holding.Highest, MissingWhere(held), needed, holding.MustSettle);
        return true;
    }

    public void Settled(Key key, bool isSettled, long retryAt)
    {
        if (!_holdings.TryGetValue(key, out var holding))
            return;
        if (isSettled)
        {
            _holdings.Remove(key);
            return;
        }

        _holdings[key] = holding with { MustSettle = true };
        _retries.Enqueue((key, retryAt));
    }

    public void Tick(long now)
    {
        while (_retries.TryPeek(out var first) && first.At <= now)
        {
            _retries.Dequeue();
            if (_holdings.ContainsKey(first.Key))
                _ready.Enqueue(first.Key);
        }
    }

    // The newest replicas are the first nodes of the placement, so what is missing is one of a few combinations.
    private ImmutableArray<NodeId> MissingWhere(ulong held)
    {
        ref var missing = ref _missing[held];
        if (missing.IsDefault)
            missing = [.. Enumerable.Range(0, _placement.ReplicaCount).Where(node => (held >> node & 1) == 0).Select(node => _placement.Nodes[node])];
        return missing;
    }

    private readonly record struct Holding(Ballot Highest, ulong Holders, bool MustSettle);
}
