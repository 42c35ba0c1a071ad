using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Pending;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Grains.Traffic;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Grains.Availability;

/// <summary>
/// Gathers what the silos that can be reached know of a key, each by itself, without a ballot and without a promise: nothing that is found here is claimed to be committed.
/// </summary>
internal sealed partial class CopyReader(
    LocalCopies local, TopologyAgent topology, IPeers peers, IOutlook outlook, IOptions<AvailabilityOptions> options, TimeProvider time, ILogger<CopyReader> logger)
{
    private readonly ILogger _logger = logger;

    /// <summary>What this silo knows by itself.</summary>
    public KnownCopies Here(Key key)
    {
        var copies = new KnownCopies();
        local.AddTo(copies, key, default);
        return copies;
    }

    /// <summary>
    /// What this silo and the key's other replicas know, as far as they answer in time. Where none of the replicas can be reached, the other silos are asked for the pending
    /// writes they keep.
    /// </summary>
    public async ValueTask<KnownCopies> Gather(ClusterMap map, Key key, OperationId operation = default)
    {
        var copies = new KnownCopies();
        local.AddTo(copies, key, operation);
        var asked = Targets(map, key);
        if (asked.Count == 0) return copies;

        var request = new PeekRequest { Key = key.ToString(), Origin = OperationMapping.ToGuid(operation.Origin), Number = operation.Number };
        var answers = asked.ConvertAll(node => Ask(node, request));
        await Wait(Task.WhenAll(answers), options.Value.PeekPatience);
        if (!copies.IsKnown && !answers.Exists(static answer => answer is { IsCompletedSuccessfully: true, Result: not null }))
            await Wait(FirstOf(answers), options.Value.FirstPeekPatience - options.Value.PeekPatience);
        foreach (var answer in answers)
        {
            if (answer is { IsCompletedSuccessfully: true, Result: { } peek }) Add(copies, key, peek);
        }

        return copies;
    }

    private List<NodeId> Targets(ClusterMap map, Key key)
    {
        var replicas = map[key].Nodes;
        var targets = new List<NodeId>(replicas.Length);
        foreach (var node in replicas)
        {
            if (node != topology.Self && outlook.CanReach(node)) targets.Add(node);
        }

        if (targets.Count > 0 || replicas.Contains(topology.Self)) return targets;
        foreach (var node in map.Newest.Nodes)
        {
            if (node != topology.Self && outlook.CanReach(node)) targets.Add(node);
        }

        return targets;
    }

    private async Task<PeekReply?> Ask(NodeId node, PeekRequest request)
    {
        if (peers.Find(node) is not { } service) return null;
        try
        {
            return await service.Peek(request);
        }
        catch (Exception fault)
        {
            // Refused, timed out in the engine, declared dead, or a fault of the peer: all mean that no answer will come.
            LogUnanswered(node, fault);
            return null;
        }
    }

    private async Task Wait(Task answers, TimeSpan patience)
    {
        try
        {
            await answers.WaitAsync(patience, time);
        }
        catch (TimeoutException)
        {
            // Whoever has not answered is not waited for.
        }
    }

    private static async Task FirstOf(List<Task<PeekReply?>> answers)
    {
        await foreach (var answer in Task.WhenEach(answers))
        {
            if (await answer is not null) return;
        }
    }

    private void Add(KnownCopies copies, Key key, PeekReply peek)
    {
        try
        {
            if (peek.Frame is not null)
            {
                var read = CopyFrame.Read(peek.Frame);
                copies.Add(read.Accepted, read.State, peek.InSync);
            }
        }
        catch (FrameFormatException malformed)
        {
            LogUnreadable(malformed);
        }

        foreach (var kept in peek.Pending)
        {
            if (KeptWriteMapping.TryRead(kept, out var write, out _) && write.Key == key) copies.Add(write);
        }

        copies.IsAccepted |= peek.Accepted;
    }

    [LoggerMessage(1501, LogLevel.Debug, "Node {Node} did not show its copy of a key", EventName = "PeekUnanswered")]
    private partial void LogUnanswered(NodeId node, Exception fault);

    [LoggerMessage(1502, LogLevel.Error, "The copy of a key that another silo has shown cannot be read", EventName = "PeekUnreadable")]
    private partial void LogUnreadable(FrameFormatException malformed);
}
