using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Grains.Traffic;

namespace Orleans.Kv.Grains.Listing;

/// <summary>Asks all nodes of a map for the same page of keys.</summary>
internal sealed class KeyQuestions(TopologyAgent topology, SlotQuestions questions, IOutlook outlook, IOptions<ListingOptions> options, TimeProvider time)
{
    /// <summary>
    /// The answers: of all nodes where they come in time, else of those that did when waiting for more was of no use. Null where one of them goes by a later map, which this silo is about
    /// to learn.
    /// </summary>
    public async ValueTask<KeyListing?> Ask(ClusterMap map, KeysRequest request)
    {
        var listing = new KeyListing(map);
        var open = new List<Task<(NodeId Node, SlotReply? Reply)>>();
        foreach (var node in NodesOf(map))
        {
            if (node == topology.Self || outlook.CanReach(node)) open.Add(AskOne(node, request));
        }

        using var patience = new CancellationTokenSource(options.Value.Patience, time);
        var isEnough = false;
        while (open.Count > 0)
        {
            var first = Task.WhenAny(open);
            try
            {
                await first.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                // Whoever has not answered is not waited for.
                break;
            }

            var answered = await first;
            open.Remove(answered);
            var (node, reply) = await answered;
            if (reply is StaleSlotReply) return null;
            if (reply is not KeysReply page) continue;
            listing.Add(node, page);
            if (isEnough || open.Count == 0 || !listing.HasQuorums) continue;
            isEnough = true;
            patience.CancelAfter(options.Value.Grace);
        }

        return listing;
    }

    /// <summary>Nodes of the map that are believed not to be there, for a person.</summary>
    public string Unreachable(ClusterMap map)
    {
        var names = NodesOf(map).Where(node => node != topology.Self && !outlook.CanReach(node)).Select(static node => node.Name).Order(StringComparer.Ordinal).ToList();
        return names.Count == 0 ? "some nodes have not answered in time" : $"unreachable: {string.Join(", ", names)}";
    }

    private static IEnumerable<NodeId> NodesOf(ClusterMap map) => map.Generations.SelectMany(static generation => generation.Nodes.Except(generation.Lost)).Distinct();

    private async Task<(NodeId Node, SlotReply? Reply)> AskOne(NodeId node, KeysRequest request) => (node, await questions.Ask(node, request));
}
