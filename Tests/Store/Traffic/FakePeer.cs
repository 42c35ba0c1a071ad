using System.Buffers;
using System.Collections.Concurrent;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Traffic;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Tests.Store.Traffic;

/// <summary>A peer whose every batch waits until the test says what becomes of it.</summary>
internal sealed class FakePeer : IReplicaService, IPeers
{
    private readonly ConcurrentQueue<Delivery> _deliveries = new();

    public bool Gone { get; set; }

    public int Distrusted { get; private set; }

    public int Heard { get; private set; }

    public Delivery[] Deliveries => [.. _deliveries];

    public Task<DeliveryReply> Deliver(Guid store, byte[] frame)
    {
        var delivery = new Delivery(frame);
        _deliveries.Enqueue(delivery);
        return delivery.Reply;
    }

    public Task<DeliveryReply> Ask(Guid store, byte[] frame) => throw new NotSupportedException();

    public Task<ReplicaStatus> GetStatus() => throw new NotSupportedException();

    public Task<PendingReport> GetPending() => throw new NotSupportedException();

    public Task<bool> Replay(string name) => throw new NotSupportedException();

    public Task<PeekReply> Peek(PeekRequest request) => throw new NotSupportedException();

    public Task<bool> Keep(KeptWrite write) => throw new NotSupportedException();

    public Task Drop(WriteName[] writes) => throw new NotSupportedException();

    public Task<bool[]> Holds(WriteName[] writes) => throw new NotSupportedException();

    public Task<ConflictedKeys> ListConflicted(string? from, int limit) => throw new NotSupportedException();

    public Task<Guid> Ping() => throw new NotSupportedException();

    public void Hear(NodeId node) => Heard++;

    public IReplicaService? Find(NodeId node) => Gone ? null : this;

    public void Learn(ClusterMap map) => throw new NotSupportedException();

    public void Distrust(NodeId node) => Distrusted++;

    internal sealed class Delivery
    {
        private readonly TaskCompletionSource<DeliveryReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Delivery(byte[] frame) => FrameCodec.ReadRequests(frame, FrameOwnership.Owned, Requests);

        public List<RequestEnvelope> Requests { get; } = [];

        public Task<DeliveryReply> Reply => _reply.Task;

        /// <summary>Answers all requests but the first <paramref name="omitted"/>.</summary>
        public void Answer(int omitted = 0)
        {
            var output = new ArrayBufferWriter<byte>();
            var replies = Requests.Skip(omitted).Select(request => new ReplyEnvelope(request.Correlation, new AcceptedReply(request.Request.Round, default)));
            FrameCodec.WriteReplies(output, replies.ToArray());
            Return(DeliveryStatus.Delivered, output.WrittenSpan.ToArray());
        }

        public void Return(DeliveryStatus status, byte[]? frame = null) => _reply.SetResult(new DeliveryReply { Status = status, Frame = frame });

        /// <summary>Answers the first requests, and says that it has not looked at the last <paramref name="unseen"/>.</summary>
        public void AnswerAllBut(int unseen)
        {
            var output = new ArrayBufferWriter<byte>();
            var replies = Requests.SkipLast(unseen).Select(request => new ReplyEnvelope(request.Correlation, new AcceptedReply(request.Request.Round, default)));
            FrameCodec.WriteReplies(output, replies.ToArray());
            _reply.SetResult(new DeliveryReply { Status = DeliveryStatus.Delivered, Frame = output.WrittenSpan.ToArray(), Unseen = unseen });
        }

        public void Refuse() => _reply.SetException(new SiloUnavailableException("connection refused"));
    }
}
