namespace Orleans.Kv.Consensus;

/// <summary>A request to be sent to a node.</summary>
public readonly record struct Send(NodeId Node, Request Request);
