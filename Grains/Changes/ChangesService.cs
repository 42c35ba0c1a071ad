using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Kv.Grains.Monitoring;
using Orleans.Kv.Interfaces.Changes;

namespace Orleans.Kv.Grains.Changes;

/// <summary>What makes the silo's <see cref="ChangeFeed"/> reachable.</summary>
[Reentrant]
internal sealed class ChangesService(GrainId grainId, Silo silo, ILoggerFactory loggerFactory, ChangeFeed feed, GrainMeters meters)
    : GrainService(grainId, silo, loggerFactory), IChangesService, IIncomingGrainCallFilter
{
    public Task<FollowReply> Follow(FollowRequest request) => Task.FromResult(feed.Follow(request));

    public Task<ChangeBatch> Poll(PollRequest request) => feed.Poll(request);

    public override Task Stop()
    {
        feed.Close();
        return base.Stop();
    }

    Task IIncomingGrainCallFilter.Invoke(IIncomingGrainCallContext context) => meters.Measure(context);
}
