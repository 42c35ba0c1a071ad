using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Proposing;

namespace Orleans.Kv.Grains.Migration;

/// <summary>What a migration needs of the silo beyond replica and traffic.</summary>
internal interface ISlotMoving
{
    /// <summary>The node's answer, this silo's own included; null when none will come.</summary>
    Task<SlotReply?> Ask(NodeId node, SlotRequest request);

    /// <summary>Has the key settled in the newest generation of the silo's map, and the receiver told what became of it.</summary>
    void Settle(Key key, long tag, ISettleReceiver receiver);
}
