namespace Orleans.Kv.Consensus;

/// <summary>A slot request to be sent to a node.</summary>
public readonly record struct SlotSend(NodeId Node, SlotRequest Request);
