using System.Diagnostics;
using Orleans.Kv.Tests.Runtime.Clusters;

namespace Orleans.Kv.Tests.Runtime.Calls;

[Collection(SharedCluster.Name)]
public sealed class TimeoutTests(ClusterFixture fixture)
{
    [Fact]
    public async Task CallWithoutAnAnswerInTime_TimesOut_AndTheGrainLivesOn()
    {
        var grain = fixture.Grains.GetGrain<ICallGrain>(ClusterFixture.NewKey());
        await grain.Answered();
        var watch = Stopwatch.StartNew();

        await Assert.ThrowsAsync<TimeoutException>(() => grain.AnswerAfter(TimeSpan.FromSeconds(2.5)));

        // The method says one second. It is looked at periodically, so later is allowed, but not as late as the answer.
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.9, 2.4);

        // The late answer arrives at nobody and harms nothing.
        await Eventually.True("the late answer to be made", grain.Answered, answered => answered == 1);
        Assert.Equal(2, await grain.AnswerAfter(TimeSpan.Zero));
    }
}
