using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Tests.Store.Proposing;

public sealed class PendingReplyTests
{
    private static readonly OperationReply Done = new() { Status = ReplyStatus.Done };

    [Fact]
    public async Task Waiter_GetsTheReply_WhetherItComesBeforeOrAfterTheAwait()
    {
        var pool = new Stack<PendingReply>();
        var early = PendingReply.Rent(pool);
        var answered = early.Task;
        early.Complete(Done);
        Assert.Same(Done, await answered);

        var late = PendingReply.Rent(pool);
        var waiting = late.Task.AsTask();
        Assert.False(waiting.IsCompleted);
        late.Complete(Done);
        Assert.Same(Done, await waiting);
    }

    [Fact]
    public async Task Object_ComesBackToThePool_AndAnOldTokenIsNoGood()
    {
        var pool = new Stack<PendingReply>();
        var first = PendingReply.Rent(pool);
        var old = first.Task;
        first.Complete(Done);
        await old;

        Assert.Same(first, PendingReply.Rent(pool));
        Assert.Throws<InvalidOperationException>(() => old.GetAwaiter().GetResult());
    }

    [Fact]
    public void SecondAnswer_IsAFault()
    {
        var pending = PendingReply.Rent(new Stack<PendingReply>());
        pending.Complete(Done);
        Assert.Throws<InvalidOperationException>(() => pending.Complete(Done));
    }
}
