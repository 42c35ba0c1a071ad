using System.Text;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Pending;

public sealed class PendingWritesTests
{
    private static readonly Key A = Key.From("a");
    private static readonly Key B = Key.From("b");

    private readonly PendingWrites _writes = new(maxWrites: 4, maxBytes: 4 * PendingWrites.FixedBytes, maxOperations: 8);

    private static WriteStamp Stamp(long clock, string silo) => new(new HybridTimestamp(clock), silo);

    private static OperationId Operation(long number) => new(new OriginId(0, 1), number);

    private static PendingWrite Write(Key key, long clock, string silo = "s1", long operation = 0, long deadline = 1_000, string value = "", params WriteStamp[] seen) => new()
    {
        Key = key,
        Stamp = Stamp(clock, silo),
        Seen = [.. seen],
        OperationId = Operation(operation == 0 ? clock : operation),
        Deadline = new HybridTimestamp(deadline),
        Kind = OperationKind.Store,
        Value = Encoding.UTF8.GetBytes(value),
    };

    [Fact]
    public void NewerWriteOfAnOwner_ReplacesItsOlderOne_AndBothOperationsStayKnown()
    {
        Assert.True(_writes.TryAdd(Write(A, 10)));
        Assert.True(_writes.TryAdd(Write(A, 20)));
        Assert.Equal(Stamp(20, "s1"), Assert.Single(_writes.Of(A)).Stamp);
        Assert.True(_writes.IsAccepted(Operation(10)) && _writes.IsAccepted(Operation(20)));
        Assert.True(_writes.Holds(A, Stamp(10, "s1")), "the newer one stands for it");
    }

    [Fact]
    public void OlderWriteThatComesLate_ChangesNothing_ButItsOperationIsKnown()
    {
        _writes.TryAdd(Write(A, 20));
        Assert.True(_writes.TryAdd(Write(A, 10)));
        Assert.Equal(Stamp(20, "s1"), Assert.Single(_writes.All).Stamp);
        Assert.True(_writes.IsAccepted(Operation(10)));
    }

    [Fact]
    public void CopiesOfOtherOwners_StandBesideEachOther_AndTheNewestIsRead()
    {
        _writes.TryAdd(Write(A, 10, "s1"));
        _writes.TryAdd(Write(A, 30, "s2"));
        _writes.TryAdd(Write(A, 20, "s3"));
        Assert.Equal(3, _writes.Of(A).Length);
        Assert.Equal(Stamp(30, "s2"), _writes.NewestOf(A)!.Stamp);
        Assert.Null(_writes.NewestOf(B));
    }

    [Fact]
    public void Drop_TakesTheWriteAndOlderOnes_NeverALaterOne()
    {
        _writes.TryAdd(Write(A, 20));
        Assert.False(_writes.Drop(A, Stamp(10, "s1")));
        Assert.False(_writes.Drop(A, Stamp(20, "s2")));
        Assert.True(_writes.Drop(A, Stamp(25, "s1")));
        Assert.False(_writes.Drop(A, Stamp(25, "s1")));
        Assert.Equal((0, 0L), (_writes.Count, _writes.Bytes));
        Assert.Null(_writes.NewestOf(A));
    }

    [Fact]
    public void FullSet_Refuses_AndDropsNothing()
    {
        for (var i = 1; i <= 3; i++)
            Assert.True(_writes.TryAdd(Write(A, 10 * i, $"s{i}")));
        Assert.False(_writes.TryAdd(Write(B, 50, value: new string('x', PendingWrites.FixedBytes))), "too many bytes");
        Assert.False(_writes.IsAccepted(Operation(50)));
        Assert.Equal(3, _writes.Count);
    }

    [Fact]
    public void FullByCount_StillTakesWhatReplaces()
    {
        var writes = new PendingWrites(2, 1 << 20, 3);
        Assert.True(writes.TryAdd(Write(A, 10)));
        Assert.True(writes.TryAdd(Write(B, 20)));
        Assert.False(writes.TryAdd(Write(Key.From("c"), 30)));
        Assert.True(writes.TryAdd(Write(A, 40)));
        Assert.False(writes.TryAdd(Write(B, 50)), "no room for one more operation");
        Assert.Equal([20, 40], writes.All.Select(static write => write.Stamp.Clock.Value));
        writes.Forget(new HybridTimestamp(1_001));
        Assert.True(writes.TryAdd(Write(B, 50)));
    }

    [Fact]
    public void Operations_AreForgottenByDeadline_UnlessTheirWritesAreKept()
    {
        _writes.TryAdd(Write(A, 10, deadline: 100));
        _writes.TryAdd(Write(A, 20, deadline: 100));
        _writes.Forget(new HybridTimestamp(100));
        Assert.True(_writes.IsAccepted(Operation(10)));
        _writes.Forget(new HybridTimestamp(101));
        Assert.False(_writes.IsAccepted(Operation(10)));
        Assert.True(_writes.IsAccepted(Operation(20)));
        _writes.Drop(A, Stamp(20, "s1"));
        _writes.Forget(new HybridTimestamp(101));
        Assert.Equal(0, _writes.Operations);
    }

    [Fact]
    public void Take_GivesTheDueOnes_InTheOrderInWhichTheyCame()
    {
        _writes.TryAdd(Write(A, 30, "s1"));
        _writes.TryAdd(Write(A, 10, "s2"));
        _writes.TryAdd(Write(B, 20, "s1"));
        Assert.Equal([30, 20], _writes.Take(2, static write => write.Owner == "s1").Select(static write => write.Stamp.Clock.Value));
        Assert.Equal([30], _writes.Take(1, static _ => true).Select(static write => write.Stamp.Clock.Value));
        Assert.Equal(3, _writes.Count);
    }

    [Fact]
    public void SeenBy_HasWhatTheVisibleWritesHadSeenThemselves_AndNotTheOwnersOwn()
    {
        var first = Write(A, 10, "s2");
        var second = Write(A, 20, "s3", seen: first.Stamp);
        var own = Write(A, 15, "s1", seen: Stamp(12, "s4"));
        Assert.Equal([Stamp(10, "s2"), Stamp(20, "s3"), Stamp(12, "s4")], PendingWrites.SeenBy("s1", [second, own]).AsEnumerable());
        Assert.Empty(PendingWrites.SeenBy("s2", [first]));
    }

    [Fact]
    public void WriteThatContradictsItself_IsNotTakenIn()
    {
        Assert.Throws<ArgumentException>(() => _writes.TryAdd(Write(A, 10, silo: "")));
        Assert.Throws<ArgumentException>(() => _writes.TryAdd(Write(A, 10, seen: Stamp(10, "s2"))));
    }
}
