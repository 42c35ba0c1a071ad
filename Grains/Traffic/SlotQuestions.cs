using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Grains.Traffic;

/// <summary>
/// Brings questions about whole slots to nodes, this silo's own among them, one call each: they are rare and their answers large. A newer map that comes back is
/// taken in.
/// </summary>
internal sealed partial class SlotQuestions(TopologyAgent topology, Replica replica, IPeers peers, ILogger<SlotQuestions> logger)
{
    // Below a millisecond under the slot's lock, and well below a frame.
    private const int PageEntries = 1024;

    private readonly ILogger _logger = logger;

    /// <summary>The node's answer, which may be that the question is of an older epoch; null where none comes.</summary>
    public async ValueTask<SlotReply?> Ask(NodeId node, SlotRequest request)
    {
        if (node == topology.Self) return await replica.Ask(request);
        if (peers.Find(node) is not { } service) return null;
        try
        {
            var delivery = await service.Ask(node.Store.Value, SlotCodec.Write(request));
            if (delivery is not { Status: DeliveryStatus.Delivered, Frame: { } frame })
            {
                if (delivery.Status == DeliveryStatus.AnotherStore) peers.Distrust(node);
                LogRefused(node, delivery.Status, delivery.Detail);
                return null;
            }

            var reply = SlotCodec.ReadReply(frame, replica);
            if (reply is StaleSlotReply stale) peers.Learn(stale.Map);
            return reply;
        }
        catch (FrameFormatException malformed)
        {
            LogUnreadable(node, malformed);
            return null;
        }
        catch (Exception fault)
        {
            // Refused, timed out in the engine, declared dead, or a fault of the peer: all mean that no answer will come.
            LogUnanswered(node, fault);
            return null;
        }
    }

    /// <summary>All registers of the slot on that node, page by page; null where it stops answering under that epoch.</summary>
    public async ValueTask<ImmutableArray<ListedRegister>?> ListAll(NodeId node, Epoch epoch, Slot slot)
    {
        var registers = ImmutableArray.CreateBuilder<ListedRegister>();
        Key? after = null;
        do
        {
            if (await Ask(node, new ListRequest(slot, epoch, 0, after, PageEntries)) is not ListedReply listed) return null;
            // Pages in order, or there would be no end to them.
            if (after is not null && listed.Next is not null && SlotOrder.Instance.Compare(listed.Next, after) <= 0) return null;
            registers.AddRange(listed.Registers);
            after = listed.Next;
        }
        while (after is not null);
        return registers.ToImmutable();
    }

    [LoggerMessage(1211, LogLevel.Debug, "Node {Node} does not answer a question about slots", EventName = "QuestionUnanswered")]
    private partial void LogUnanswered(NodeId node, Exception fault);

    [LoggerMessage(1212, LogLevel.Information, "Node {Node} refused a question about slots: {Status} {Detail}", EventName = "QuestionRefused")]
    private partial void LogRefused(NodeId node, DeliveryStatus status, string? detail);

    [LoggerMessage(1213, LogLevel.Error, "The answer of node {Node} about slots cannot be read", EventName = "AnswerUnreadable")]
    private partial void LogUnreadable(NodeId node, FrameFormatException malformed);
}
