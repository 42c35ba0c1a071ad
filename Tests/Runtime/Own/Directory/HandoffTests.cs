using System.Net;
using Orleans.Runtime.GrainDirectory;

namespace Orleans.Kv.Tests.Runtime.Own.Directory;

public sealed class HandoffTests
{
    private static readonly SiloAddress First = SiloAddress.New(IPAddress.Loopback, 1, 1);
    private static readonly SiloAddress Second = SiloAddress.New(IPAddress.Loopback, 2, 1);

    [Fact]
    public void Done_OnlyWhenEverybodyWasHeard()
    {
        var handoff = new Handoff(ClusterView.Empty, [First, Second]);
        handoff.Heard(First);
        handoff.Heard(First);
        Assert.False(handoff.Done.IsCompleted);
        handoff.Heard(Second);
        Assert.True(handoff.Done.IsCompletedSuccessfully);
    }

    [Fact]
    public void WithNobodyToHear_IsDoneAtOnce() => Assert.True(new Handoff(ClusterView.Empty, []).Done.IsCompletedSuccessfully);

    [Fact]
    public void GiveUp_ReleasesWhoWaits()
    {
        var handoff = new Handoff(ClusterView.Empty, [First]);
        handoff.GiveUp();
        Assert.True(handoff.Done.IsCompletedSuccessfully);
    }
}
