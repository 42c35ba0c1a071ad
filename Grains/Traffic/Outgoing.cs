namespace Orleans.Kv.Grains.Traffic;

/// <summary>A request on its way, and who waits for its reply.</summary>
internal readonly record struct Outgoing(Request Request, IReplyReceiver Sender);
