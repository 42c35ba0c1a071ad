using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Traffic;

/// <summary>A request on its way, and who waits for its reply.</summary>
internal readonly record struct Outgoing(Request Request, IReplyReceiver Sender)
{
    /// <summary>No reply will come. An Accept is owed to the node from now on.</summary>
    public void Fail(NodeId node, IFailedPushes pushes)
    {
        if (Request is AcceptRequest accept) pushes.Add(node, accept);
        Sender.OnFailure(node, Request.Round);
    }
}
