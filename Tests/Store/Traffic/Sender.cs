using System.Collections.Concurrent;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Traffic;

namespace Orleans.Kv.Tests.Store.Traffic;

/// <summary>Notes what becomes of its requests, by round.</summary>
internal sealed class Sender : IReplyReceiver
{
    private static readonly Epoch First = Epoch.None.Next();

    public ConcurrentQueue<long> Replies { get; } = new();

    public ConcurrentQueue<long> Failures { get; } = new();

    public static Outgoing Request(Sender sender, long round) => new(new ReadRequest(Key.From("k" + round), First, round, Ballot.Zero), sender);

    public static Outgoing Accept(Sender sender, long round)
    {
        var ballot = new Ballot(First, round, new ProposerId(1, 1));
        var state = new RegisterState(false, new byte[10], null, 1, default, default, new HybridTimestamp(1), OperationMemory.Empty);
        return new(new AcceptRequest(Key.From("k" + round), First, round, ballot, state, ballot), sender);
    }

    public void OnReply(NodeId node, Reply reply) => Replies.Enqueue(reply.Round);

    public void OnFailure(NodeId node, long round) => Failures.Enqueue(round);
}
