using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Traffic;

/// <summary>Awaits the reply to one request: for what is rare, where <see cref="IReplyReceiver"/> would only scatter the story.</summary>
internal sealed class OneReply : IReplyReceiver
{
    private readonly TaskCompletionSource<Reply?> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OneReply()
    {
    }

    /// <summary>The node's reply; null where none comes.</summary>
    public static Task<Reply?> Of(PeerTraffic traffic, NodeId node, Request request)
    {
        var waiting = new OneReply();
        traffic.Send(node, request, waiting);
        return waiting._reply.Task;
    }

    void IReplyReceiver.OnReply(NodeId node, Reply reply) => _reply.TrySetResult(reply);

    void IReplyReceiver.OnFailure(NodeId node, long round) => _reply.TrySetResult(null);
}
