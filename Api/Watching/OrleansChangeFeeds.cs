using Orleans.Kv.Api.Cluster;
using Orleans.Kv.Interfaces.Changes;
using Orleans.Kv.Interfaces.Cluster;

namespace Orleans.Kv.Api.Watching;

/// <summary>The change feeds through the Orleans client: any silo passes a question on to the one that it names.</summary>
internal sealed class OrleansChangeFeeds(IGrainFactory grains, ClusterView view) : IChangeFeeds
{
    // The client spreads references over gateways by turns; with so many, some lead through each.
    private const int Ways = 12;

    private readonly IChangesGrain?[] _ways = new IChangesGrain?[Ways];

    // One that is dead tells nothing more. One that is cut off may come back with what it has yet to tell.
    public IReadOnlyCollection<string>? Silos() =>
        view.Merge()?.Nodes.Where(node => node.State != NodeState.Dead).Select(node => node.Name).ToHashSet(StringComparer.Ordinal);

    public Task<FollowReply> Follow(string silo, FollowRequest request, int way) => Way(way).Follow(silo, request);

    public Task<ChangeBatch> Poll(string silo, PollRequest request, int way) => Way(way).Poll(silo, request);

    private IChangesGrain Way(int way) => _ways[way % Ways] ??= grains.GetGrain<IChangesGrain>(way % Ways);
}
