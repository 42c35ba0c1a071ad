using Orleans.Kv.Tests.Checking.Histories;
using Orleans.Kv.Tests.Checking.Linearizability;

namespace Orleans.Kv.Tests.CheckingTests;

/// <summary>Histories a person can follow. Times are plain numbers; overlapping spans are concurrent.</summary>
public class KnownHistoryTests
{
    private readonly History _history = new();

    private KnownHistoryTests Then(int client, in Operation operation, in Answer answer, long from, long to)
    {
        _history.Add(client, 0, operation, answer, from, to);
        return this;
    }

    private KnownHistoryTests Open(int client, in Operation operation, long from) => Then(client, operation, Answer.Unknown, from, from);

    private void Passes()
    {
        var result = new LinearizabilityChecker().Check(_history);
        Assert.True(result.IsLinearizable, result.ToString());
    }

    private void Fails()
    {
        var result = new LinearizabilityChecker().Check(_history);
        Assert.Equal(Verdict.Violation, result.Verdict);
        Assert.Contains("this answer fits no order", result.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_Passes() => Passes();

    [Fact]
    public void WriteThenRead_Passes() =>
        Then(1, Operation.Store(5), Answer.Created(1), 0, 10).Then(2, Operation.Fetch(), Answer.Found(5, 1), 11, 20).Passes();

    [Fact]
    public void ReadDuringWrite_SeesEitherValue_Passes() =>
        Then(1, Operation.Store(5), Answer.Created(1), 0, 10)
            .Then(1, Operation.Store(6), Answer.Done(2), 20, 40)
            .Then(2, Operation.Fetch(), Answer.Found(5, 1), 21, 25)
            .Then(3, Operation.Fetch(), Answer.Found(6, 2), 26, 30)
            .Passes();

    [Fact]
    public void ReadDuringWrite_GoesBack_Fails() =>
        Then(1, Operation.Store(5), Answer.Created(1), 0, 10)
            .Then(1, Operation.Store(6), Answer.Done(2), 20, 40)
            .Then(2, Operation.Fetch(), Answer.Found(6, 2), 21, 25)
            .Then(3, Operation.Fetch(), Answer.Found(5, 1), 26, 30)
            .Fails();

    [Fact]
    public void StaleRead_Fails() =>
        Then(1, Operation.Store(5), Answer.Created(1), 0, 10)
            .Then(1, Operation.Store(6), Answer.Done(2), 11, 20)
            .Then(2, Operation.Fetch(), Answer.Found(5, 1), 21, 30)
            .Fails();

    [Fact]
    public void LostUpdate_BothVersionConditionsHold_Fails() =>
        Then(1, Operation.Store(5), Answer.Created(1), 0, 10)
            .Then(1, Operation.Update(6, ifVersion: 1), Answer.Done(2), 11, 30)
            .Then(2, Operation.Update(7, ifVersion: 1), Answer.Done(3), 12, 30)
            .Fails();

    [Fact]
    public void AcknowledgedWriteLost_KeyNotFound_Fails() =>
        Then(1, Operation.Store(5), Answer.Created(1), 0, 10).Then(2, Operation.Fetch(), Answer.NotFound, 11, 20).Fails();

    [Fact]
    public void TwoCreators_IfAbsent_Fails() =>
        Then(1, Operation.Store(5, ifAbsent: true), Answer.Created(1), 0, 10)
            .Then(2, Operation.Store(6, ifAbsent: true), Answer.Created(2), 5, 15)
            .Fails();

    [Fact]
    public void TwoCreators_WithADeleteBetween_Passes() =>
        Then(1, Operation.Store(5, ifAbsent: true), Answer.Created(1), 0, 10)
            .Then(3, Operation.Delete(), Answer.Done(), 0, 15)
            .Then(2, Operation.Store(6, ifAbsent: true), Answer.Created(3), 5, 15)
            .Passes();

    [Fact]
    public void TestAndSet_AppliedTwice_Fails() =>
        Then(1, Operation.Store(5), Answer.Created(1), 0, 10)
            .Open(2, Operation.TestAndSet(5, 6), 11)
            .Then(3, Operation.Fetch(), Answer.Found(6, 2), 20, 21)
            .Then(3, Operation.TestAndSet(6, 5), Answer.Done(3), 30, 31)
            .Then(3, Operation.Fetch(), Answer.Found(6, 4), 40, 41)
            .Fails();

    [Fact]
    public void TestAndSet_SaysFailedButHadTheRightValue_Fails() =>
        Then(1, Operation.Store(5), Answer.Created(1), 0, 10).Then(2, Operation.TestAndSet(5, 6), Answer.Failed(1, 5), 11, 20).Fails();

    [Fact]
    public void TestAndSet_SwappedFromAValueThatWasGone_Fails() =>
        Then(1, Operation.Store(5), Answer.Created(1), 0, 10)
            .Then(1, Operation.Store(7), Answer.Done(2), 11, 20)
            .Then(2, Operation.TestAndSet(5, 6), Answer.Done(3), 21, 30)
            .Fails();

    [Fact]
    public void TestAndSet_OnAbsent_TwoWinners_Fails() =>
        Then(1, Operation.TestAndSet(Told.Absent, 1), Answer.Done(1), 0, 10)
            .Then(2, Operation.TestAndSet(Told.Absent, 2), Answer.Done(2), 0, 10)
            .Fails();

    [Fact]
    public void Condition_FailedThoughItHeld_Fails() =>
        Then(1, Operation.Store(5), Answer.Created(1), 0, 10).Then(2, Operation.Update(6, ifVersion: 1), Answer.Failed(1), 11, 20).Fails();

    [Fact]
    public void Condition_HeldThoughItShouldHaveFailed_Fails() =>
        Then(1, Operation.Store(5), Answer.Created(4), 0, 10).Then(2, Operation.Update(6, ifVersion: 3), Answer.Done(5), 11, 20).Fails();

    [Fact]
    public void Delete_ThenResurrection_Fails() =>
        Then(1, Operation.Store(5), Answer.Created(1), 0, 10)
            .Then(1, Operation.Delete(), Answer.Done(), 11, 20)
            .Then(2, Operation.Fetch(), Answer.Found(5, 1), 21, 30)
            .Fails();

    [Fact]
    public void Delete_OfNothing_Succeeds_Fails() => Then(1, Operation.Delete(), Answer.Done(), 0, 10).Fails();

    [Fact]
    public void Delete_ThenVersionStartsAgain_Fails() =>
        Then(1, Operation.Store(5), Answer.Created(3), 0, 10)
            .Then(1, Operation.Delete(), Answer.Done(), 11, 20)
            .Then(1, Operation.Store(6), Answer.Created(3), 21, 30)
            .Fails();

    [Fact]
    public void Version_Repeated_Fails() =>
        Then(1, Operation.Store(5), Answer.Created(1), 0, 10).Then(2, Operation.Store(6), Answer.Done(1), 11, 20).Fails();

    [Fact]
    public void Version_Skipped_Passes() =>
        Then(1, Operation.Store(5), Answer.Created(1), 0, 10).Then(2, Operation.Store(6), Answer.Done(9), 11, 20).Passes();

    [Fact]
    public void Value_NeverWritten_Fails() => Then(1, Operation.Fetch(), Answer.Found(5, 1), 0, 10).Fails();

    [Fact]
    public void Value_FromTheFuture_Fails() =>
        Then(1, Operation.Fetch(), Answer.Found(5, 1), 0, 10).Then(2, Operation.Store(5), Answer.Created(1), 11, 20).Fails();

    [Fact]
    public void Store_SaysReplaced_OnAnAbsentKey_Fails() => Then(1, Operation.Store(5), Answer.Done(1), 0, 10).Fails();

    [Fact]
    public void OpenWrite_SeenLater_Passes() =>
        Open(1, Operation.Store(5), 0)
            .Then(2, Operation.Fetch(), Answer.NotFound, 100, 110)
            .Then(2, Operation.Fetch(), Answer.Found(5, 1), 120, 130)
            .Passes();

    [Fact]
    public void OpenWrite_SeenThenGone_Fails() =>
        Open(1, Operation.Store(5), 0)
            .Then(2, Operation.Fetch(), Answer.Found(5, 1), 100, 110)
            .Then(2, Operation.Fetch(), Answer.NotFound, 120, 130)
            .Fails();

    [Fact]
    public void OpenWrite_TakesEffectTwice_Fails() =>
        Open(1, Operation.Store(5), 0)
            .Then(2, Operation.Fetch(), Answer.Found(5, 1), 100, 110)
            .Then(2, Operation.Store(6), Answer.Done(2), 120, 130)
            .Then(2, Operation.Fetch(), Answer.Found(5, 3), 140, 150)
            .Fails();

    [Fact]
    public void OpenDelete_ExplainsAnAbsence_Passes() =>
        Then(1, Operation.Store(5), Answer.Created(1), 0, 10)
            .Open(2, Operation.Delete(), 11)
            .Then(3, Operation.Fetch(), Answer.Found(5, 1), 20, 21)
            .Then(3, Operation.Fetch(), Answer.NotFound, 30, 31)
            .Passes();

    [Fact]
    public void OpenConditionalWrite_WhoseConditionNeverHeld_Seen_Fails() =>
        Then(1, Operation.Store(5), Answer.Created(1), 0, 10)
            .Open(2, Operation.Update(6, ifVersion: 7), 11)
            .Then(3, Operation.Fetch(), Answer.Found(6, 8), 20, 21)
            .Fails();

    [Fact]
    public void NotDoneWrite_Seen_Fails() =>
        Then(1, Operation.Store(5), Answer.NotDone, 0, 10).Then(2, Operation.Fetch(), Answer.Found(5, 1), 11, 20).Fails();

    [Fact]
    public void Versions_OrderConcurrentWrites_AgainstTheirReads_Fails() =>
        Then(1, Operation.Store(5), Answer.Created(1), 0, 10)
            .Then(1, Operation.Store(6), Answer.Done(2), 20, 50)
            .Then(2, Operation.Store(7), Answer.Done(3), 20, 50)
            .Then(3, Operation.Fetch(), Answer.Found(6, 2), 51, 60)
            .Fails();

    [Fact]
    public void Keys_AreIndependent()
    {
        _history.Add(1, 1, Operation.Store(5), Answer.Created(1), 0, 10);
        _history.Add(1, 2, Operation.Fetch(), Answer.NotFound, 11, 20);
        Passes();
        _history.Add(1, 7, Operation.Fetch(), Answer.Found(5, 1), 11, 20);
        var result = new LinearizabilityChecker().Check(_history);
        Assert.Contains("key 7", result.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void TooManyOpenOperations_IsUndecided_NotPassed()
    {
        for (var i = 0; i < 200; i++)
            Open(i, Operation.Store(i), i);
        Then(999, Operation.Fetch(), Answer.NotFound, 1_000, 1_001);
        Assert.Equal(Verdict.Undecided, new LinearizabilityChecker().Check(_history).Verdict);
    }

    [Fact]
    public void Return_Twice_IsRefused()
    {
        var number = _history.Invoke(1, 0, Operation.Fetch(), 0);
        _history.Return(number, Answer.NotFound, 1);
        Assert.Throws<InvalidOperationException>(() => _history.Return(number, Answer.NotFound, 2));
    }
}
