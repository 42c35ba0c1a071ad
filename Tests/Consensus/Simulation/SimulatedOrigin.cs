using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>An API host's session: numbers its operations, keeps a mark per key and a hybrid clock that may be wrong.</summary>
internal sealed class SimulatedOrigin(Simulation simulation, int index)
{
    private readonly OriginId _id = new(0, (ulong)index + 1);
    private readonly HybridClock _clock = new();
    private readonly Dictionary<Key, SortedSet<long>> _open = [];
    private long _numbers;
    private ulong _requestIds;

    public void Observe(HybridTimestamp stamp) => _clock.Observe(stamp);

    /// <summary>The id, mark and deadline of a new operation: of this session, or of a caller's own request id.</summary>
    public (OperationId Id, long Mark, HybridTimestamp Deadline) Stamp(Key key, bool ownRequestId)
    {
        var unix = simulation.Moment(simulation.OriginClock(index)).UnixMilliseconds;
        var now = _clock.Now(unix);
        if (ownRequestId)
            return (new OperationId(new OriginId(1 + (ulong)index, ++_requestIds), 0), 0, now.Plus(TimeSpan.FromMilliseconds(2 * simulation.Options.Deadline)));

        if (!_open.TryGetValue(key, out var open))
            _open[key] = open = [];
        var number = ++_numbers;
        open.Add(number);
        return (new OperationId(_id, number), open.Min, now.Plus(TimeSpan.FromMilliseconds(simulation.Options.Deadline)));
    }

    /// <summary>The operation is answered, if only by "unknown": the mark may pass it.</summary>
    public void Close(Key key, OperationId id)
    {
        if (id.Origin == _id)
            _open[key].Remove(id.Number);
    }
}
