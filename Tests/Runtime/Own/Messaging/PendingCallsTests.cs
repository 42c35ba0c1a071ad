using Orleans.Runtime.Messaging;

namespace Orleans.Kv.Tests.Runtime.Own.Messaging;

public sealed class PendingCallsTests
{
    [Fact]
    public void Take_TheSecondTime_FindsNothing()
    {
        var calls = new PendingCalls();
        var call = new RecordedCall();
        var id = calls.Add(call);

        Assert.Same(call, calls.Take(id));
        Assert.Null(calls.Take(id));
        Assert.Equal(0, calls.Count);
    }

    [Fact]
    public void LateAnswer_NeverFindsTheCallThatTookItsPlace()
    {
        var calls = new PendingCalls();
        var ended = calls.Add(new RecordedCall());
        calls.Take(ended);
        var successor = new RecordedCall();
        var id = calls.Add(successor);

        Assert.NotEqual(ended, id);
        Assert.Null(calls.Take(ended));
        Assert.Same(successor, calls.Take(id));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Take_OfAnIdThatWasNeverGiven_FindsNothing(long id)
    {
        var calls = new PendingCalls();
        calls.Add(new RecordedCall());

        Assert.Null(calls.Take(id));
        Assert.Equal(1, calls.Count);
    }

    [Fact]
    public void TakeExpired_TakesWhatIsDueAndNothingElse()
    {
        var calls = new PendingCalls();
        var due = new RecordedCall { Deadline = 10 };
        var later = new RecordedCall { Deadline = 11 };
        var never = new RecordedCall();
        foreach (var call in new[] { later, due, never })
            calls.Add(call);

        Assert.Equal([due], calls.TakeExpired(10));
        Assert.Equal([later], calls.TakeExpired(1_000_000));
        Assert.Equal([never], calls.TakeAll());
    }

    [Fact]
    public void ManyThreads_EndEveryCallOnce()
    {
        const int Threads = 4;
        const int Each = 20_000;
        var calls = new PendingCalls();
        var taken = new int[Threads];
        Parallel.For(0, Threads, thread =>
        {
            var own = new Queue<(long Id, PendingCall Call)>();
            for (var i = 0; i < Each; i++)
            {
                var call = new RecordedCall();
                own.Enqueue((calls.Add(call), call));
                if (own.Count > 50)
                {
                    var (id, expected) = own.Dequeue();
                    Assert.Same(expected, calls.Take(id));
                    taken[thread]++;
                }
            }
        });

        Assert.Equal(Threads * Each, taken.Sum() + calls.TakeAll().Count);
    }
}
