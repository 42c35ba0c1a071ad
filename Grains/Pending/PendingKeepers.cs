using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Grains.Traffic;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Grains.Pending;

/// <summary>
/// What silos say to each other about pending writes: keep this, drop that, do you still need those? None of it is needed for a write to happen once. A copy that nobody could be told to drop
/// is merged a second time, which changes nothing; a copy that was never made is one failure nearer to being lost.
/// </summary>
internal sealed partial class PendingKeepers(
    TopologyAgent topology, IPeers peers, IOutlook outlook, IOptions<PendingOptions> options, TimeProvider time, ILogger<PendingKeepers> logger)
{
    /// <summary>Of names of writes in one message: some hundred kilobytes.</summary>
    private const int NamesAtOnce = 1024;

    private readonly ILogger _logger = logger;

    /// <summary>Has every replica of the key that can be reached keep a copy, and says how many confirmed it in time. The others may have got it all the same.</summary>
    public async ValueTask<int> Keep(ClusterMap map, PendingWrite write)
    {
        var kept = KeptWriteMapping.ToKept(write);
        var asked = new List<Task<bool>>();
        foreach (var node in map[write.Key].Nodes)
        {
            if (node != topology.Self && outlook.CanReach(node)) asked.Add(Call(node, false, service => service.Keep(kept)));
        }

        if (asked.Count == 0) return 0;
        try
        {
            await Task.WhenAll(asked).WaitAsync(options.Value.KeepPatience, time);
        }
        catch (TimeoutException)
        {
            // The answer does not wait any longer; the copies that come about all the same are asked for by their keepers.
        }

        return asked.Count(static keeper => keeper is { IsCompletedSuccessfully: true, Result: true });
    }

    /// <summary>Tells the replicas of these writes' keys that they are merged. Who does not hear of it asks.</summary>
    public async Task Drop(IReadOnlyCollection<PendingWrite> merged)
    {
        if (topology.View.Map is not { } map) return;
        var byNode = new Dictionary<NodeId, List<WriteName>>();
        foreach (var write in merged)
        {
            foreach (var node in map[write.Key].Nodes)
            {
                if (node == topology.Self || !outlook.CanReach(node)) continue;
                if (!byNode.TryGetValue(node, out var names)) byNode.Add(node, names = []);
                names.Add(KeptWriteMapping.ToName(write));
            }
        }

        await Task.WhenAll(byNode.SelectMany(pair => pair.Value.Chunk(NamesAtOnce), (pair, names) => Call(pair.Key, false, async service =>
        {
            await service.Drop(names);
            return true;
        })));
    }

    /// <summary>Which of these writes their owner still has to merge itself; null where it does not answer.</summary>
    public async Task<bool[]?> AskOwner(NodeId owner, IReadOnlyCollection<PendingWrite> writes)
    {
        var answers = new List<bool>(writes.Count);
        foreach (var names in writes.Select(KeptWriteMapping.ToName).Chunk(NamesAtOnce))
        {
            var held = await Call(owner, [], service => service.Holds(names));
            if (held.Length != names.Length) return null;
            answers.AddRange(held);
        }

        return [.. answers];
    }

    private async Task<T> Call<T>(NodeId node, T otherwise, Func<IReplicaService, Task<T>> call)
    {
        if (peers.Find(node) is not { } service) return otherwise;
        try
        {
            return await call(service);
        }
        catch (Exception fault)
        {
            // Refused, timed out in the engine, declared dead, or a fault of the peer: all mean that no answer will come.
            LogUnanswered(node, fault);
            return otherwise;
        }
    }

    [LoggerMessage(1511, LogLevel.Debug, "Node {Node} did not answer about pending writes", EventName = "KeeperUnanswered")]
    private partial void LogUnanswered(NodeId node, Exception fault);
}
