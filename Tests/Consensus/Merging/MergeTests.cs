using System.Collections.Immutable;
using System.Text;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Merging;

/// <summary>What merges make of a state, one rule at a time.</summary>
public sealed class MergeTests
{
    private long _now = 1_000;

    private long _number;

    private RegisterState? _state;

    private Floor _floor;

    private static HybridTimestamp At(long milliseconds) => HybridTimestamp.FromUnixMilliseconds(milliseconds);

    private static WriteStamp Stamp(long milliseconds, string silo = "") => new(At(milliseconds), silo);

    private PendingWrite Write(long at, string silo, string? value, WriteStamp seenState = default, long number = 0, long expiry = 0, params WriteStamp[] seen) => new()
    {
        Key = Samples.Key,
        Stamp = Stamp(at, silo),
        Base = seenState,
        Seen = [.. seen],
        OperationId = new OperationId(new OriginId(9, 9), number == 0 ? ++_number : number),
        Deadline = At(at + 100),
        Kind = value is null ? OperationKind.Delete : OperationKind.Store,
        Value = value is null ? default : Encoding.UTF8.GetBytes(value),
        Expiry = expiry == 0 ? default : At(expiry),
    };

    private Outcome[] Apply(params Operation[] operations)
    {
        var batch = operations.Select(static operation => new PendingOperation(operation, null, long.MaxValue)).ToList();
        var state = new Transition(new ProposerOptions(), Faults.None).Apply(_state, _floor, batch, At(_now));
        if (_state is not null && state != _state)
        {
            Assert.True(state.Written >= _state.Written, "the stamp of the last write never falls");
            Assert.True(state.Stamp > _state.Stamp, "the stamp rises with every change");
        }

        Assert.True(state.Written.Clock <= state.Stamp);
        _state = state;
        return [.. batch.Select(static pending => pending.Outcome!)];
    }

    private Outcome Merge(PendingWrite write)
    {
        write.Validate();
        return Assert.Single(Apply(write.ToMerge()));
    }

    private void Store(long at, string value)
    {
        _now = at;
        Assert.IsType<Outcome.Stored>(Assert.Single(Apply(Samples.Operation(OperationKind.Store, 1, ++_number, value))));
    }

    private void Delete(long at)
    {
        _now = at;
        Assert.IsType<Outcome.Deleted>(Assert.Single(Apply(Samples.Operation(OperationKind.Delete, 1, ++_number))));
    }

    private string? Value => _state is { IsTombstone: false } ? Encoding.UTF8.GetString(_state.Value.Span) : null;

    private string Conflicts => string.Join("; ", (_state!.Divergence?.Conflicts ?? []).Select(static conflict => $"{Show(conflict.Lost)} < {Show(conflict.Kept)}"));

    private static string Show(ContestedWrite write) => $"{(write.IsDelete ? "none" : Encoding.UTF8.GetString(write.Value.Span))}@{write.Stamp.Clock.UnixMilliseconds}{write.Stamp.Silo}";

    [Fact]
    public void NewerWrite_OverTheOneItHasSeen_IsTheValue_AndNothingIsListed()
    {
        Store(1_000, "a");
        _now = 2_000;
        Assert.Equal(new Outcome.Merged(2, Won: true, AlreadyDone: false), Merge(Write(1_500, "s3", "b", _state!.Written)));
        Assert.Equal(("b", 2L, Stamp(1_500, "s3"), ""), (Value, _state!.Version, _state.Written, Conflicts));
    }

    [Fact]
    public void NewerWrite_OverOneItHasNotSeen_IsTheValue_AndTheOtherIsListed()
    {
        Store(1_000, "a");
        var seen = _state!.Written;
        Store(1_200, "c");
        Merge(Write(1_500, "s3", "b", seen));
        Assert.Equal(("b", "c@1200 < b@1500s3"), (Value, Conflicts));
    }

    [Fact]
    public void OlderWrite_Loses_AndIsListed()
    {
        Store(1_000, "a");
        var seen = _state!.Written;
        Store(2_000, "c");
        Assert.Equal(new Outcome.Merged(0, Won: false, AlreadyDone: false), Merge(Write(1_500, "s3", "b", seen)));
        Assert.Equal(("c", 2L, "b@1500s3 < c@2000"), (Value, _state!.Version, Conflicts));
    }

    [Fact]
    public void SameValue_IsNoConflict_WhoeverWins()
    {
        Store(2_000, "a");
        Merge(Write(1_500, "s3", "a"));
        Merge(Write(3_000, "s3", "a"));
        Assert.Equal(("a", 2L, ""), (Value, _state!.Version, Conflicts));
    }

    [Fact]
    public void Deletes_WinAndLoseLikeValues()
    {
        Store(1_000, "a");
        Merge(Write(1_500, "s3", null));
        Assert.Equal((null, "a@1000 < none@1500s3"), (Value, Conflicts));
        Delete1AfterStore();
        Merge(Write(3_500, "s3", "b"));
        Assert.Equal(("b", "a@1000 < none@1500s3; none@3000 < b@3500s3"), (Value, Conflicts));

        void Delete1AfterStore()
        {
            Store(2_000, "c");
            Delete(3_000);
        }
    }

    [Fact]
    public void EqualClocks_AreDecidedByTheSilo()
    {
        Merge(Write(1_500, "s2", "x"));
        Merge(Write(1_500, "s3", "y"));
        Merge(Write(1_500, "s1", "z"));
        Assert.Equal(("y", "z@1500s1 < y@1500s3; x@1500s2 < y@1500s3"), (Value, Conflicts));
    }

    [Fact]
    public void BaseThatWasNeverCommitted_DoesNotHideALaterWrite()
    {
        Store(1_000, "a");
        var halfAccepted = Stamp(1_300);
        Store(1_200, "c");
        Merge(Write(1_500, "s3", "b", halfAccepted));
        Assert.Equal("c@1200 < b@1500s3", Conflicts);
    }

    [Fact]
    public void PendingWriteAboveACommittedOne_DoesNotHideIt()
    {
        Store(1_000, "a");
        var seen = _state!.Written;
        Store(1_200, "c");
        // Made over its side's own pending write of 1,400, which is newer than what the other side committed.
        Merge(Write(1_500, "s3", "b", seen, seen: Stamp(1_400, "s4")));
        Assert.Equal("c@1200 < b@1500s3", Conflicts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WriteThatASideOverwroteKnowingly_IsNoConflict_InEitherOrder(bool newerFirst)
    {
        Store(1_000, "a");
        var seen = _state!.Written;
        var older = Write(1_400, "s4", "b", seen);
        var newer = Write(1_500, "s3", "c", seen, seen: older.Stamp);
        foreach (var write in newerFirst ? new[] { newer, older } : [older, newer])
            Merge(write);
        Assert.Equal(("c", ""), (Value, Conflicts));
    }

    [Fact]
    public void Repeats_ChangeNothing_HoweverTheStateMovedOn()
    {
        Store(1_000, "a");
        var seen = _state!.Written;
        Store(1_200, "c");
        var write = Write(1_500, "s3", "b", seen);
        Merge(write);
        var merged = _state!;
        Assert.Equal(new Outcome.Merged(3, Won: true, AlreadyDone: true), Merge(write));
        Assert.Same(merged, _state);

        // Its outcome is forgotten by deadline, and the value is another.
        Store(5_000, "d");
        Store(6_000, "e");
        merged = _state!;
        Assert.Equal(new Outcome.Merged(0, Won: false, AlreadyDone: true), Merge(write));
        Assert.Same(merged, _state);
        Assert.Equal(("e", "c@1200 < b@1500s3"), (Value, Conflicts));
    }

    [Fact]
    public void OlderWriteOfTheSameSilo_AfterANewerOne_ChangesNothing()
    {
        Merge(Write(1_500, "s3", "b"));
        Assert.Equal(new Outcome.Merged(0, Won: false, AlreadyDone: true), Merge(Write(1_400, "s3", "a")));
        Assert.Equal(("b", ""), (Value, Conflicts));
    }

    [Fact]
    public void OperationThatWasDoneTheOrdinaryWay_IsNotDoneAgain()
    {
        Apply(Samples.Operation(OperationKind.Store, 1, 7, "a"));
        Store(1_100, "c");
        var twin = Write(1_500, "s3", "a");
        twin = new PendingWrite { Key = twin.Key, Stamp = twin.Stamp, OperationId = new OperationId(new OriginId(0, 1), 7), Deadline = twin.Deadline, Kind = twin.Kind, Value = twin.Value };
        Assert.Equal(new Outcome.Merged(1, Won: true, AlreadyDone: true), Merge(twin));
        Assert.Equal(("c", 2L), (Value, _state!.Version));
        Assert.True(_state.Divergence!.HasMerged(twin.Stamp), "a copy that comes when the memory is gone finds it merged");
    }

    [Fact]
    public void OperationThatFailedItsConditionElsewhere_IsMergedAllTheSame()
    {
        Store(1_000, "a");
        var id = new OperationId(new OriginId(0, 1), 77);
        Assert.IsType<Outcome.ConditionFailed>(Assert.Single(Apply(new Operation { Id = id, Kind = OperationKind.Store, IfAbsent = true, Value = "b"u8.ToArray() })));
        var write = new PendingWrite { Key = Samples.Key, Stamp = Stamp(1_500, "s3"), OperationId = id, Deadline = At(1_600), Kind = OperationKind.Store, Value = "b"u8.ToArray() };
        Assert.Equal(new Outcome.Merged(2, Won: true, AlreadyDone: false), Merge(write));
        Assert.Equal("b", Value);
    }

    [Fact]
    public void LateCopyOfAMergedOperation_GetsItsOutcome_AndIsNotDone()
    {
        Store(1_000, "a");
        _now = 1_510;
        Merge(Write(1_500, "s3", "b", number: 50));
        Merge(Write(900, "s4", "c", number: 51));
        Operation Twin(long number) => new() { Id = new OperationId(new OriginId(9, 9), number), Deadline = At(1_600), Kind = OperationKind.Store, Value = "t"u8.ToArray() };
        Assert.Equal(new Outcome.Merged(2, Won: true, AlreadyDone: true), Apply(Twin(50))[0]);
        // Long past its own deadline, which lies before the state's stamp: it is remembered in its own round alone.
        Assert.Equal("b", Value);
        Assert.Equal([new Outcome.Merged(0, false, false), new Outcome.Merged(0, false, true)], Apply(Write(950, "s5", "d", number: 52).ToMerge(), Twin(52)));
    }

    [Fact]
    public void Mark_DoesNotStopTheMergeOfAnAnsweredOperation()
    {
        Apply(Samples.Operation(OperationKind.Store, 9, 5, "a", mark: 5));
        var write = new PendingWrite { Key = Samples.Key, Stamp = Stamp(1_500, "s3"), OperationId = new OperationId(new OriginId(0, 9), 4), Deadline = At(10), Kind = OperationKind.Store, Value = "b"u8.ToArray() };
        Assert.Equal(new Outcome.Merged(2, Won: true, AlreadyDone: false), Merge(write));
    }

    [Fact]
    public void WriteAfterAMerge_IsNewerThanIt_EvenWithASlowClock()
    {
        Merge(Write(9_000, "s3", "b"));
        _now = 10;
        Apply(Samples.Operation(OperationKind.Store, 1, 1, "c"));
        Assert.True(_state!.Written > Stamp(9_000, "s3"));
        Assert.Equal(new Outcome.Merged(0, Won: false, AlreadyDone: true), Merge(Write(9_000, "s3", "b")));
        Assert.Equal(("c", ""), (Value, Conflicts));

        // In one round as well.
        Apply(Write(20_000, "s3", "d").ToMerge(), Samples.Operation(OperationKind.Store, 1, 2, "e"));
        Assert.Equal("e", Value);
        Assert.True(_state.Written > Stamp(20_000, "s3"));
    }

    [Fact]
    public void OrdinaryWrites_KeepWhatIsMergedAndListed()
    {
        Store(1_000, "a");
        Merge(Write(1_500, "s3", "b"));
        Assert.Equal("s3", _state!.Divergence!.WrittenBy);
        Store(2_000, "c");
        Assert.Equal("", _state!.Divergence!.WrittenBy);
        Assert.Equal("a@1000 < b@1500s3", Conflicts);
        Assert.True(_state.Divergence.HasMerged(Stamp(1_500, "s3")));
    }

    [Fact]
    public void ExpiryOfAMergedWrite_IsItsOwn_AndNoOneElsesWrite()
    {
        _now = 2_000;
        Merge(Write(1_500, "s3", "b", expiry: 3_000));
        Assert.Equal("b", Value);
        _now = 3_000;
        Apply(Samples.Operation(OperationKind.Fetch, 1, 90));
        Assert.True(_state!.IsTombstone && _state.IsLapsed);
        Assert.Equal(Stamp(1_500, "s3"), _state.Written);

        // What ran out was newer: the older write does not come back from the dead. A newer one overwrites nobody's write.
        Merge(Write(1_400, "s4", "old"));
        Assert.Equal((null, "old@1400s4 < none@1500s3"), (Value, Conflicts));
        Merge(Write(2_500, "s4", "new"));
        Assert.Equal(("new", "old@1400s4 < none@1500s3"), (Value, Conflicts));
    }

    [Fact]
    public void WriteThatRanOutBeforeItsMerge_IsNeverReadAsAValue()
    {
        _now = 2_000;
        var outcomes = Apply(Write(1_500, "s3", "b", expiry: 1_900).ToMerge(), Samples.Operation(OperationKind.Fetch, 1, 90));
        Assert.Equal(new Outcome.Merged(1, Won: true, AlreadyDone: false), outcomes[0]);
        Assert.IsType<Outcome.NotFound>(outcomes[1]);
        Assert.Equal(2, _state!.Version);
    }

    [Fact]
    public void CopyThatTurnsUpAfterAPurge_LosesAndIsListed()
    {
        _floor = new Floor(Samples.Ballot(1), 41, At(3_000));
        Assert.Equal(new Outcome.Merged(0, Won: false, AlreadyDone: false), Merge(Write(1_500, "s3", "b")));
        Assert.Equal((null, "b@1500s3 < none@3000"), (Value, Conflicts));
        _state = null;
        Assert.Equal(new Outcome.Merged(42, Won: true, AlreadyDone: false), Merge(Write(3_500, "s3", "b")));
        Assert.Equal(("b", ""), (Value, Conflicts));
    }

    [Fact]
    public void Resolve_TakesOneConflictOffTheList_Once()
    {
        Merge(Write(1_500, "s3", "b"));
        Merge(Write(1_400, "s4", "c"));
        Merge(Write(1_300, "s5", "d"));
        Operation Resolve(long number, WriteStamp id) => new() { Id = new OperationId(new OriginId(0, 3), number), Kind = OperationKind.Resolve, Conflict = id };
        var resolve = Resolve(1, Stamp(1_400, "s4"));
        Assert.Equal(new Outcome.Resolved(true), Apply(resolve)[0]);
        Assert.Equal("d@1300s5 < b@1500s3", Conflicts);
        Assert.Equal(new Outcome.Resolved(true), Apply(resolve)[0]);
        Assert.Equal(new Outcome.Resolved(false), Apply(Resolve(2, Stamp(1_400, "s4")))[0]);
        Assert.Equal(new Outcome.Merged(0, false, true), Merge(Write(1_400, "s4", "c")));
        Assert.Equal(("b", "d@1300s5 < b@1500s3"), (Value, Conflicts));
    }

    [Fact]
    public void FullList_RefusesTheMerge_AndNothingOfItStays()
    {
        Store(10_000, "a");
        for (var i = 0; i < Divergence.MaxConflicts; i++)
            Assert.IsType<Outcome.Merged>(Merge(Write(1_000 + i, $"s{i:00}", "lost")));
        var full = _state!;
        Assert.Equal(Outcome.MergeFull.Instance, Merge(Write(2_000, "t", "one too many")));
        Assert.Same(full, _state);
        Assert.Equal(new Outcome.Merged(0, false, false), Merge(Write(2_000, "t", "a")));
        Apply(new Operation { Id = new OperationId(new OriginId(0, 3), 1), Kind = OperationKind.Resolve, Conflict = full.Divergence!.Conflicts[3].Id });
        Assert.IsType<Outcome.Merged>(Merge(Write(2_001, "t", "fits now")));
    }

    [Fact]
    public void ListFullOfBytes_RefusesTheMerge_ButOneConflictAlwaysFits()
    {
        var big = new string('x', RegisterState.MaxValueBytes);
        Store(10_000, big);
        Assert.IsType<Outcome.Merged>(Merge(Write(1_000, "s1", new string('y', RegisterState.MaxValueBytes))));
        Assert.IsType<Outcome.MergeFull>(Merge(Write(1_000, "s2", "z")));
        Assert.True(FrameCodec.EstimateBytes(new PromisedReply(1, Samples.Ballot(2), Samples.Ballot(1), _state, Floor.None)) < FrameCodec.MaxFrameBytes);
    }

    [Fact]
    public void MoreSilosThanAreRemembered_ForgetTheOldest_WhichStillCannotComeBack()
    {
        for (var i = 0; i <= Divergence.MaxMerged; i++)
            Merge(Write(2_000 + i, $"s{i:00}", "v", _state?.Written ?? default));
        Assert.Equal(Divergence.MaxMerged, _state!.Divergence!.Merged.Length);
        Assert.False(_state.Divergence.HasMerged(Stamp(2_000, "s00")));
        var forgotten = Write(2_000, "s00", "w");
        Assert.Equal(new Outcome.Merged(0, false, false), Merge(forgotten));
        Assert.Equal("v", Value);

        // Listed is listed, even where it is merged and forgotten once more.
        var listed = Conflicts;
        Merge(Write(3_000, "t", "v", _state.Written));
        Store(20_000, "u");
        Assert.False(_state.Divergence!.HasMerged(forgotten.Stamp));
        Merge(forgotten);
        Assert.Equal(listed, Conflicts);
    }

    /// <summary>The same writes in any order, each any number of times: the newest is the value, and every other is listed, was the value, or was seen by a later one.</summary>
    [Fact]
    public void AnyOrder_EndsWithTheNewest_AndListsWhatNobodySaw()
    {
        for (var seed = 1; seed <= 500; seed++)
        {
            var random = new Random(seed);
            _state = null;
            Store(1_000, "base");
            var seen = _state!.Written;
            if (random.Next(2) == 0)
                Store(1_000 + random.Next(1_000), "other side");
            var writes = new List<PendingWrite>();
            for (var i = 0; i < 5; i++)
            {
                var at = (2_000 * random.Next(2)) + 1_001 + random.Next(500);
                var silo = $"s{i}";
                var known = writes.Where(write => write.Stamp.Clock < At(at) && random.Next(2) == 0).Select(static write => write.Stamp).OrderBy(static stamp => stamp.Silo, StringComparer.Ordinal);
                writes.Add(Write(at, silo, $"v{i}", seen, seen: [.. known]));
            }

            var values = new HashSet<string?>();
            foreach (var write in Enumerable.Range(0, 15).Select(_ => writes[random.Next(5)]).Concat(writes).ToList())
            {
                Merge(write);
                values.Add(Value);
            }

            var newest = writes.MaxBy(static write => write.Stamp)!;
            Assert.Equal(newest.Stamp > Stamp(2_000) || !values.Contains("other side") ? Encoding.UTF8.GetString(newest.Value.Span) : Value, Value);
            foreach (var write in writes)
            {
                var text = Encoding.UTF8.GetString(write.Value.Span);
                var superseded = writes.Exists(other => other.Seen.Any(stamp => stamp.Silo == write.Owner && stamp >= write.Stamp));
                Assert.True(
                    values.Contains(text) || superseded || _state!.Divergence!.TryFind(write.Stamp, out _),
                    $"seed {seed}: {text} is gone without trace; {_state}");
            }
        }
    }
}
