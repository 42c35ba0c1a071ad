using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Grains.Traffic;

namespace Orleans.Kv.Grains.Migration;

/// <summary>By way of the silo's own questions and settler.</summary>
internal sealed class SlotMoving(SlotQuestions questions, Settler settler) : ISlotMoving
{
    public Task<SlotReply?> Ask(NodeId node, SlotRequest request) => questions.Ask(node, request).AsTask();

    public void Settle(Key key, long tag, ISettleReceiver receiver) => settler.Settle(key, tag, receiver);
}
