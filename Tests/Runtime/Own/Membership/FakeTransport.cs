using Orleans.Runtime.MembershipService;

namespace Orleans.Kv.Tests.Runtime.Own.Membership;

internal sealed class FakeTransport(FakeNetwork network, SiloAddress local) : IMembershipTransport
{
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(1);

    public event Action<SiloAddress>? ConnectionLost;

    public void OnLost(SiloAddress silo) => ConnectionLost?.Invoke(silo);

    public async Task<ProbeOutcome> Probe(SiloAddress silo, TimeSpan timeout, CancellationToken cancellation)
    {
        var outcome = network.Reach(local, silo, out _);
        await Wait(outcome == ProbeOutcome.Silent ? timeout : Latency, cancellation);
        return outcome;
    }

    public async Task<ProbeOutcome> ProbeThrough(
        SiloAddress goBetween, SiloAddress silo, TimeSpan timeout, CancellationToken cancellation)
    {
        if (network.Reach(local, goBetween, out var friend) != ProbeOutcome.Answered)
            return ProbeOutcome.Unknown;
        return await friend!.Transport.Probe(silo, timeout, cancellation);
    }

    public Task Gossip(SiloAddress silo, MembershipVersion version)
    {
        if (network.Reach(local, silo, out var target) == ProbeOutcome.Answered)
            target!.Manager.OnGossip(version);
        return Task.CompletedTask;
    }

    private static async Task Wait(TimeSpan time, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(time, cancellation);
        }
        catch (OperationCanceledException)
        {
            // A probe never throws.
        }
    }
}
