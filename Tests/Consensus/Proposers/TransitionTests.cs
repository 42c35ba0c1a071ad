using System.Text;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Proposers;

/// <summary>What operations make of a state, one rule at a time.</summary>
public sealed class TransitionTests
{
    private long _now = 1_000;

    private RegisterState? _state;

    private Floor _floor;

    private ProposerOptions _options = new();

    private static HybridTimestamp At(long milliseconds) => HybridTimestamp.FromUnixMilliseconds(milliseconds);

    private static Operation Store(long number, string value = "x", long mark = 0, long deadline = 5_000, ulong origin = 1) =>
        Samples.Operation(OperationKind.Store, origin, number, value, mark: mark, deadline: At(deadline));

    private static Operation TestAndSet(long number, string? expect, string value, long mark = 0, long deadline = 5_000, ulong origin = 1, string? type = null) =>
        Samples.Operation(OperationKind.TestAndSet, origin, number, value, expect, mark, At(deadline), type);

    private static Operation Plain(OperationKind kind, long number, string? value = null) => Samples.Operation(kind, 1, number, value, deadline: At(5_000));

    private Outcome[] Apply(params Operation[] operations)
    {
        var batch = operations.Select(static operation => new PendingOperation(operation, null, long.MaxValue)).ToList();
        _state = new Transition(_options, Faults.None).Apply(_state, _floor, batch, At(_now));
        return [.. batch.Select(static pending => pending.Outcome!)];
    }

    private Outcome Apply(Operation operation) => Assert.Single(Apply([operation]));

    [Fact]
    public void Operations_DoWhatTheirNamesSay()
    {
        Assert.Equal(Outcome.NotFound.Instance, Apply(Plain(OperationKind.Update, 1, "x")));
        Assert.Equal(Outcome.NotFound.Instance, Apply(Plain(OperationKind.Delete, 2)));
        Assert.Equal(Outcome.NotFound.Instance, Apply(Plain(OperationKind.Fetch, 3)));
        Assert.Equal(new Outcome.Stored(1, Created: true), Apply(Store(4)));
        Assert.Equal(new Outcome.Stored(2, Created: false), Apply(Store(5)));
        Assert.Equal(new Outcome.Updated(3), Apply(Plain(OperationKind.Update, 6, "y")));
        Assert.Equal("y", Encoding.UTF8.GetString(Assert.IsType<Outcome.Found>(Apply(Plain(OperationKind.Fetch, 7))).State.Value.Span));
        Assert.Equal(new Outcome.Deleted(4), Apply(Plain(OperationKind.Delete, 8)));
        Assert.Equal(new Outcome.NotSwapped(0, null), Apply(TestAndSet(9, "y", "z")));
        Assert.Equal(new Outcome.Swapped(5, Created: true), Apply(TestAndSet(10, null, "z")));
        Assert.Equal(new Outcome.Swapped(6, Created: false), Apply(TestAndSet(11, "z", "w")));
        Assert.Equal(6, Assert.IsType<Outcome.NotSwapped>(Apply(TestAndSet(12, "z", "v"))).Version);
    }

    [Fact]
    public void Touch_ChangesExpiryAndVersion_AndNothingElse()
    {
        Operation Touching(long number, int milliseconds, long? ifVersion = null) => new()
        {
            Id = new OperationId(new OriginId(0, 1), number), Kind = OperationKind.Touch, TimeToLive = TimeSpan.FromMilliseconds(milliseconds), IfVersion = ifVersion,
        };

        Assert.Equal(Outcome.NotFound.Instance, Apply(Touching(1, 500)));
        Apply(Store(2, "x"));
        var stored = _state!;
        _now = 2_000;

        Assert.Equal(new Outcome.Touched(2), Apply(Touching(3, 500)));
        Assert.Equal(2_500, _state!.Expiry.UnixMilliseconds);
        Assert.Equal(stored.Modified, _state.Modified);
        Assert.Equal(stored.Written, _state.Written);
        Assert.True(_state.Stamp > stored.Stamp);
        Assert.Equal("x", Encoding.UTF8.GetString(_state.Value.Span));

        Assert.Equal(new Outcome.ConditionFailed(2), Apply(Touching(4, 0, ifVersion: 1)));
        Assert.Equal(new Outcome.Touched(3), Apply(Touching(5, 0, ifVersion: 2)));
        Assert.Equal(HybridTimestamp.Zero, _state.Expiry);
        // A late copy of the first touch is answered from memory, and does not bring its expiry back.
        Assert.Equal(new Outcome.Touched(2), Apply(Touching(3, 500)));
        Assert.Equal(HybridTimestamp.Zero, _state.Expiry);
    }

    [Fact]
    public void Touch_OfAValueThatIsDue_FindsNothing()
    {
        Apply(new Operation { Id = new OperationId(new OriginId(0, 1), 1), Kind = OperationKind.Store, Value = "x"u8.ToArray(), TimeToLive = TimeSpan.FromMilliseconds(100) });
        _now = 1_100;

        Assert.Equal(Outcome.NotFound.Instance, Apply(new Operation { Id = new OperationId(new OriginId(0, 1), 2), Kind = OperationKind.Touch }));
        Assert.True(_state!.IsLapsed);
    }

    [Fact]
    public void Conditions_AreCheckedAgainstWhatExists()
    {
        Operation If(long number, long? version = null, bool absent = false, OperationKind kind = OperationKind.Store) => new()
        {
            Id = new OperationId(new OriginId(0, 1), number), Kind = kind, IfVersion = version, IfAbsent = absent, Value = "v"u8.ToArray(),
        };

        Assert.Equal(new Outcome.ConditionFailed(0), Apply(If(1, version: 1)));
        Assert.Equal(new Outcome.Stored(1, Created: true), Apply(If(2, version: 0)));
        Assert.Equal(new Outcome.ConditionFailed(1), Apply(If(3, absent: true)));
        Assert.Equal(new Outcome.ConditionFailed(1), Apply(If(4, version: 2, kind: OperationKind.Delete)));
        Assert.Equal(new Outcome.Deleted(2), Apply(If(5, version: 1, kind: OperationKind.Delete)));
        // The tombstone's version is nobody's: a key that does not exist has version zero to a condition.
        Assert.Equal(new Outcome.ConditionFailed(0), Apply(If(6, version: 2)));
        Assert.Equal(new Outcome.Stored(3, Created: true), Apply(If(7, absent: true)));
    }

    [Theory]
    [InlineData("""{"a":1,"b":[true,null]}""", """ { "b" : [ true , null ], "a" : 1.0 } """, true)]
    [InlineData("""{"a":1}""", """{"a":2}""", false)]
    [InlineData("1e2", "100", true)]
    [InlineData("{not json", "{not json", true)]
    [InlineData("{not json", "{ not json", false)]
    public void TestAndSet_ComparesJsonAsJson(string value, string expect, bool swaps)
    {
        Apply(Samples.Operation(OperationKind.Store, 1, 1, value, type: ContentTypes.Json));
        Assert.Equal(swaps, Apply(TestAndSet(2, expect, "null", type: "application/json; charset=utf-8")) is Outcome.Swapped);
    }

    [Fact]
    public void TestAndSet_ComparesBytesAsBytes()
    {
        Apply(Samples.Operation(OperationKind.Store, 1, 1, "1.0", type: ContentTypes.Json));
        Assert.IsType<Outcome.NotSwapped>(Apply(TestAndSet(2, "1", "2", type: ContentTypes.Bytes)));
        Assert.IsType<Outcome.Swapped>(Apply(TestAndSet(3, "1.0", "", type: ContentTypes.Bytes)));
        Assert.IsType<Outcome.Swapped>(Apply(TestAndSet(4, "", "9")));
    }

    [Fact]
    public void Twin_InTheSameRoundOrALaterOne_GetsTheSameOutcome()
    {
        var same = Apply(Store(1), Store(1), Store(2, "y"), Store(1));
        Assert.Equal([new Outcome.Stored(1, true), new Outcome.Stored(1, true), new Outcome.Stored(2, false), new Outcome.Stored(1, true)], same);
        Assert.Equal(new Outcome.Stored(1, true), Apply(Store(1)));
        Assert.Equal(2, _state!.Version);
    }

    [Fact]
    public void ManyTwinsInOneRound_AreFoundInTheIndexToo()
    {
        var operations = Enumerable.Range(1, 100).Select(static i => Store(i)).ToArray();
        var outcomes = Apply([.. operations, .. operations]);
        Assert.Equal(outcomes[..100], outcomes[100..]);
        Assert.Equal(100, _state!.Version);
    }

    [Fact]
    public void FailedConditionsAndDeletesOfNothing_AreRemembered()
    {
        Assert.IsType<Outcome.NotFound>(Apply(Plain(OperationKind.Delete, 1)));
        Apply(Store(2));
        Assert.IsType<Outcome.NotSwapped>(Apply(TestAndSet(3, null, "z")));
        Assert.IsType<Outcome.NotFound>(Apply(Plain(OperationKind.Delete, 1)));
        Assert.Equal(new Outcome.Deleted(2), Apply(Plain(OperationKind.Delete, 4)));
        Assert.IsType<Outcome.NotSwapped>(Apply(TestAndSet(3, null, "z")));
        Assert.True(_state!.IsTombstone);
    }

    [Fact]
    public void RememberedFailure_ShowsTheValueOnlyWhileItIsStillThere()
    {
        Apply(Store(1, "old"));
        Assert.NotNull(Assert.IsType<Outcome.NotSwapped>(Apply(TestAndSet(2, "none", "z"))).Current);
        Assert.NotNull(Assert.IsType<Outcome.NotSwapped>(Apply(TestAndSet(2, "none", "z"))).Current);
        Apply(Store(3, "new"));
        Assert.Equal(new Outcome.NotSwapped(1, null), Apply(TestAndSet(2, "none", "z")));
    }

    [Fact]
    public void Mark_LetsOutcomesBeForgotten_AndStandsInForThem()
    {
        Apply(Store(1));
        Apply(Store(2, mark: 2));
        Assert.Equal(2, _state!.Memory.Outcomes.Single().Id.Number);
        Assert.Equal(new Outcome.Unknown(GivenUp.Ghost), Apply(Store(1)));
        Assert.Equal(2, _state.Version);
    }

    [Fact]
    public void Mark_IsForgotten_OnlyWhenTheDeadlineTakesOver()
    {
        Apply(Store(1, deadline: 9_000));
        Apply(Store(2, mark: 2, deadline: 2_000));
        _now = 5_000;
        Apply(Store(1, origin: 2, deadline: 20_000));
        // 1#2 is long past its deadline, but 1#1 is not: without the mark its ghost would be applied again.
        Assert.Equal(2, _state!.Memory.MarkOf(new OriginId(0, 1)));
        Assert.Equal(new Outcome.Unknown(GivenUp.Ghost), Apply(Store(1, deadline: 9_000)));

        _now = 10_000;
        Apply(Store(2, origin: 2, deadline: 20_000));
        Assert.Equal(0, _state.Memory.MarkOf(new OriginId(0, 1)));
        Assert.IsType<Outcome.TooLate>(Apply(Store(1, deadline: 9_000)));
    }

    [Fact]
    public void DeadlineBeforeTheStamp_IsTooLate_WithThatStamp()
    {
        Apply(Store(1));
        Assert.Equal(new Outcome.TooLate(At(1_000), NeverProposed: true), Apply(Store(1, deadline: 999, origin: 2)));
        Assert.Equal(new Outcome.Stored(2, false), Apply(Store(2, deadline: 1_000, origin: 2)));
    }

    [Fact]
    public void TooLate_OnceProposed_DoesNotClaimThatItNeverWas()
    {
        Apply(Store(1));
        var pending = new PendingOperation(Store(1, deadline: 999, origin: 2), null, long.MaxValue) { Proposed = true };
        new Transition(_options, Faults.None).Apply(_state, _floor, [pending], At(_now));
        Assert.Equal(new Outcome.TooLate(At(1_000), NeverProposed: false), pending.Outcome);
    }

    [Fact]
    public void WhatIsForgottenByDeadline_IsTooLateForEver()
    {
        Apply(Store(1, deadline: 1_500));
        _now = 2_000;
        Apply(Store(2));
        Assert.Equal(2, _state!.Memory.Outcomes.Single().Id.Number);
        Assert.IsType<Outcome.TooLate>(Apply(Store(1, deadline: 1_500)));
        // Even for a proposer whose clock is far behind: the stamp is the state's.
        _now = 0;
        Assert.IsType<Outcome.TooLate>(Apply(Store(1, deadline: 1_500)));
    }

    [Fact]
    public void ProposerWithAFastClock_StillRemembersWhatItJustApplied()
    {
        _now = 1_000_000;
        Apply(Store(1, deadline: 1_500));
        Assert.Equal(new Outcome.Stored(1, true), Apply(Store(1, deadline: 1_500)));
    }

    [Fact]
    public void Stamp_RisesWithEveryChange_AndNotWithout()
    {
        Apply(Store(1));
        _now = 10;
        var before = _state!;
        Apply(Plain(OperationKind.Fetch, 9), Store(1));
        Assert.Same(before, _state);
        Apply(TestAndSet(2, "no", "z"));
        Assert.Equal((before.Version, before.Stamp.Next()), (_state!.Version, _state!.Stamp));
    }

    [Fact]
    public void FullMemory_RefusesNewOperations_AndNeverDropsOldOnes()
    {
        _options = new ProposerOptions { MaxRemembered = 3 };
        Apply(Store(1), Store(1, origin: 2), Store(1, origin: 3));
        Assert.Equal(new Outcome.NotDone(GivenUp.Overloaded), Apply(Store(1, origin: 4)));
        Assert.Equal(new Outcome.Stored(1, true), Apply(Store(1)));
        Assert.Equal(3, _state!.Version);

        // Deadlines make room, and so do marks.
        _now = 6_000;
        Assert.Equal(new Outcome.Stored(4, false), Apply(Store(1, origin: 4, deadline: 9_000)));
    }

    [Fact]
    public void FullMemory_MakesRoomByTheMarksOfThoseWhoAsk()
    {
        _options = new ProposerOptions { MaxRemembered = 3 };
        Apply(Store(1), Store(2), Store(3));
        Assert.Equal(new Outcome.Stored(4, false), Apply(Store(4, mark: 4)));
        Assert.True(_state!.Memory.Count <= 3);
    }

    [Fact]
    public void ExpiredValue_BecomesATombstone_BeforeAnythingElseSeesIt()
    {
        Apply(new Operation { Id = new OperationId(new OriginId(0, 1), 1), Kind = OperationKind.Store, Value = "x"u8.ToArray(), TimeToLive = TimeSpan.FromMilliseconds(500) });
        _now = 1_499;
        Assert.IsType<Outcome.Found>(Apply(Plain(OperationKind.Fetch, 2)));
        _now = 1_500;
        Assert.IsType<Outcome.NotFound>(Apply(Plain(OperationKind.Fetch, 3)));
        Assert.True(_state!.IsTombstone);
        Assert.Equal(2, _state.Version);
        Assert.Equal(new Outcome.Stored(3, Created: true), Apply(Store(4)));
        Assert.Equal(HybridTimestamp.Zero, _state.Expiry);
    }

    [Fact]
    public void AbsentKey_IsWrittenBackAsATombstoneThatCarriesTheFloors()
    {
        _floor = new Floor(Samples.Ballot(1), 41, At(3_000));
        Apply(Plain(OperationKind.Fetch, 1));
        Assert.True(_state!.IsTombstone);
        Assert.Equal(41, _state.Version);
        Assert.True(_state.Stamp > At(3_000));
    }

    [Fact]
    public void PurgedKey_StartsAboveItsFloors()
    {
        _floor = new Floor(Samples.Ballot(1), 41, At(3_000));
        Assert.IsType<Outcome.TooLate>(Apply(Store(1, deadline: 2_999)));
        _state = null;
        Assert.Equal(new Outcome.Stored(42, Created: true), Apply(Store(2)));
    }
}
