using Orleans.Runtime.Messaging;

namespace Orleans.Kv.Tests.Runtime.Own.Messaging;

public sealed class CallTimeoutsTests
{
    [Fact]
    public async Task CallWhoseTimeIsOver_EndsWithATimeout()
    {
        using var timeouts = new CallTimeouts(TimeProvider.System);
        var calls = new PendingCalls();
        timeouts.Watch(calls);
        var call = new RecordedCall { Deadline = Environment.TickCount64 + 100 };
        var patient = new RecordedCall();
        calls.Add(call);
        calls.Add(patient);
        timeouts.Arm();

        await Assert.ThrowsAsync<TimeoutException>(() => call.End);

        Assert.True(Environment.TickCount64 >= call.Deadline, "the call ended before its time was over");
        Assert.False(patient.HasEnded);
        Assert.Equal(1, calls.Count);
    }

    [Fact]
    public async Task TimerThatHasGoneToSleep_WakesForTheNextCall()
    {
        using var timeouts = new CallTimeouts(TimeProvider.System);
        var calls = new PendingCalls();
        timeouts.Watch(calls);
        for (var round = 0; round < 3; round++)
        {
            var call = new RecordedCall { Deadline = Environment.TickCount64 + 30 };
            calls.Add(call);
            timeouts.Arm();
            await Assert.ThrowsAsync<TimeoutException>(() => call.End);
        }
    }

    [Fact]
    public async Task TableThatIsForgotten_IsLeftAlone()
    {
        using var timeouts = new CallTimeouts(TimeProvider.System);
        var forgotten = new PendingCalls();
        var watched = new PendingCalls();
        timeouts.Watch(forgotten);
        timeouts.Watch(watched);
        timeouts.Forget(forgotten);
        var left = new RecordedCall { Deadline = 0 };
        var ended = new RecordedCall { Deadline = 0 };
        forgotten.Add(left);
        watched.Add(ended);
        timeouts.Arm();

        await Assert.ThrowsAsync<TimeoutException>(() => ended.End);
        Assert.False(left.HasEnded);
    }
}
