using System.Diagnostics;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Traffic;

/// <summary>Who sent a request and gets what comes back. Called on any thread; must not block.</summary>
internal interface IReplyReceiver
{
    void OnReply(NodeId node, Reply reply);

    /// <summary>No reply to that round's request will come from the node.</summary>
    void OnFailure(NodeId node, long round);

    /// <summary>What the request is a part of, where somebody records that.</summary>
    Activity? Trace => null;
}
