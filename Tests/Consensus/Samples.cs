using System.Collections.Immutable;
using System.Text;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus;

/// <summary>Random but seeded values of the core's types, and the plain ones that tests keep needing.</summary>
internal sealed class Samples(int seed)
{
    private readonly Random _random = new(seed);

    public static Key Key { get; } = Key.From("k");

    public static Ballot Ballot(long number, ulong host = 1, long epoch = 1) => new(new Epoch(epoch), number, new ProposerId(host, 1));

    public static RegisterState State(long version, string value = "x") => new(
        isTombstone: false, Encoding.UTF8.GetBytes(value), ContentTypes.Json, version, new HybridTimestamp(version), HybridTimestamp.Zero, new HybridTimestamp(version), OperationMemory.Empty);

    public static Operation Operation(OperationKind kind, ulong origin, long number, string? value = null, string? expect = null, long mark = 0, HybridTimestamp? deadline = null, string? type = null) => new()
    {
        Id = new OperationId(new OriginId(0, origin), number),
        Kind = kind,
        Mark = mark,
        Deadline = deadline ?? HybridTimestamp.Max,
        Value = value is null ? default : Encoding.UTF8.GetBytes(value),
        ContentType = type,
        Expect = expect is null ? null : Encoding.UTF8.GetBytes(expect),
        ExpectContentType = type,
    };

    public int Below(int bound) => _random.Next(bound);

    public long Long() => _random.Next(4) switch
    {
        0 => 0,
        1 => _random.Next(200),
        2 => long.MaxValue,
        _ => _random.NextInt64(long.MaxValue),
    };

    public Ballot Ballot() => _random.Next(5) == 0
        ? default
        : new Ballot(new Epoch(1 + (Long() >> 1)), Long(), new ProposerId((ulong)_random.NextInt64(long.MinValue, long.MaxValue), (ulong)Long()));

    public Ballot NonZeroBallot() => Ballot() is { IsZero: false } ballot ? ballot : Ballot(1);

    public HybridTimestamp Stamp() => new(Long());

    public byte[] Bytes(int max)
    {
        var bytes = new byte[_random.Next(max + 1)];
        _random.NextBytes(bytes);
        return bytes;
    }

    public OriginId Origin() => new((ulong)Long(), (ulong)Long());

    public OperationMemory Memory(int max = 6)
    {
        var outcomes = Enumerable.Range(0, _random.Next(max))
            .Select(_ => new RememberedOutcome(new OperationId(Origin(), Long()), Stamp(), (OutcomeCode)_random.Next(1, 15), Long()))
            .DistinctBy(static outcome => outcome.Id).Order().ToImmutableArray();
        var marks = Enumerable.Range(0, _random.Next(max))
            .Select(_ => new OriginMark(Origin(), Long(), Stamp()))
            .DistinctBy(static mark => mark.Origin).OrderBy(static mark => mark.Origin).ToImmutableArray();
        return new OperationMemory(outcomes, marks);
    }

    public RegisterState State(int maxValue = 300)
    {
        string?[] types = [null, ContentTypes.Json, ContentTypes.Bytes, "text/plain; charset=\"ü\""];
        var tombstone = _random.Next(4) == 0;
        return new RegisterState(
            tombstone, Bytes(maxValue), types[_random.Next(types.Length)], Long(), Stamp(), _random.Next(2) == 0 ? default : Stamp(), Stamp(), Memory(),
            _random.Next(3) == 0 ? Divergence() : null, tombstone && _random.Next(2) == 0);
    }

    public WriteStamp WriteStamp() => new(Stamp(), _random.Next(3) == 0 ? "" : $"silo-{_random.Next(1, 9)} ö");

    public Divergence Divergence()
    {
        var merged = Enumerable.Range(0, _random.Next(1, 5)).Select(i => new WriteStamp(Stamp(), $"silo-{i}")).ToImmutableArray();
        var conflicts = Enumerable.Range(0, _random.Next(4)).Select(_ => new Conflict(Contested(), Contested())).DistinctBy(static conflict => conflict.Id).OrderBy(static conflict => conflict.Id).ToImmutableArray();
        return new Divergence(WriteStamp().Silo, merged, conflicts);
    }

    private ContestedWrite Contested()
    {
        string?[] types = [null, ContentTypes.Json, "text/plain"];
        return new ContestedWrite(WriteStamp(), _random.Next(4) == 0, Bytes(20), types[_random.Next(types.Length)]);
    }

    public Floor Floor() => _random.Next(2) == 0 ? default : new Floor(Ballot(), Long(), Stamp());

    public Key AnyKey() => Key.From(new string((char)_random.Next('a', 'z'), 1 + _random.Next(_random.Next(8) == 0 ? Key.MaxBytes : 12)));

    public ClusterMap Map()
    {
        var count = 1 + _random.Next(3);
        var generations = Enumerable.Range(1, count).Select(number =>
        {
            var nodes = Enumerable.Range(0, 1 + _random.Next(5)).Select(i => new NodeId($"node {i} ö", new StoreId(new Guid(Enumerable.Range(0, 16).Select(_ => (byte)_random.Next(256)).ToArray())))).ToList();
            var lost = number < count ? nodes.Where(_ => _random.Next(4) == 0).ToList() : [];
            return new Generation(nodes, _random.Next(2) == 0 ? WriteQuorum.All : WriteQuorum.Majority, lost);
        });
        return new ClusterMap(new Epoch(1 + (Long() >> 1)), _random.Next(2) == 0 ? ConsistencyMode.Available : ConsistencyMode.Consistent, generations);
    }

    public Request Request() => _random.Next(3) switch
    {
        0 => new PrepareRequest(AnyKey(), new Epoch(Long()), Long(), Ballot()),
        1 => new AcceptRequest(AnyKey(), new Epoch(Long()), Long(), NonZeroBallot(), State(), Ballot()),
        _ => new ReadRequest(AnyKey(), new Epoch(Long()), Long(), Ballot()),
    };

    public Reply Reply()
    {
        var state = _random.Next(2) == 0 ? null : State();
        return _random.Next(5) switch
        {
            0 => new PromisedReply(Long(), Ballot(), state is null ? default : NonZeroBallot(), state, Floor()),
            1 => new AcceptedReply(Long(), Ballot()),
            2 => new RefusedReply(Long(), Ballot(), Ballot()),
            3 => new ReadReply(Long(), Ballot(), state),
            _ => new StaleEpochReply(Long(), Map()),
        };
    }
}
