using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Traffic;

/// <summary>
/// The requests of one frame, from the moment they are collected until every one of them has its reply or its failure. Settled once: by the reply or by
/// the timeout, whichever is first.
/// </summary>
internal sealed class Batch(NodeId node, IFailedPushes pushes)
{
    private readonly List<Outgoing> _requests = [];
    private readonly List<RequestEnvelope> _envelopes = [];
    private readonly List<ReplyEnvelope> _replies = [];
    private readonly ArrayBufferWriter<byte> _output = new(16 * 1024);
    private int _settled;

    public int Count => _requests.Count;

    /// <summary>When it is given up, in the unit of the ticker.</summary>
    public long Due { get; set; }

    public void Add(in Outgoing outgoing)
    {
        _envelopes.Add(new RequestEnvelope((ulong)_requests.Count, outgoing.Request));
        _requests.Add(outgoing);
    }

    /// <summary>What its requests are parts of, each once.</summary>
    public IEnumerable<Activity> Traces() => _requests.Select(request => request.Sender?.Trace).OfType<Activity>().Distinct();

    public byte[] Encode()
    {
        FrameCodec.WriteRequests(_output, CollectionsMarshal.AsSpan(_envelopes));
        return _output.WrittenSpan.ToArray();
    }

    /// <summary>True for the first caller only: it is the one to settle the batch.</summary>
    public bool TrySettle() => Interlocked.Exchange(ref _settled, 1) == 0;

    /// <summary>Gives every request its reply; those without one in the frame fail.</summary>
    /// <exception cref="FrameFormatException">The frame cannot be read; nothing is given.</exception>
    public void Deliver(byte[] frame, IPeers peers)
    {
        FrameCodec.ReadReplies(frame, FrameOwnership.Owned, _replies);
        var requests = CollectionsMarshal.AsSpan(_requests);
        foreach (var (correlation, reply) in _replies)
        {
            if (correlation >= (ulong)requests.Length) continue;
            ref var request = ref requests[(int)correlation];
            if (request.Sender is not { } sender) continue;
            if (reply is StaleEpochReply stale) peers.Learn(stale.Map);
            request = default;
            sender.OnReply(node, reply);
        }

        Fail();
    }

    /// <summary>Takes out the last requests, which the peer has not looked at; never all of them, so that every batch brings something to its end.</summary>
    public Outgoing[] TakeUnseen(int count)
    {
        count = Math.Clamp(count, 0, _requests.Count - 1);
        if (count == 0) return [];
        var unseen = _requests.GetRange(_requests.Count - count, count);
        _requests.RemoveRange(_requests.Count - count, count);
        return [.. unseen];
    }

    /// <summary>Fails every request that has no reply.</summary>
    public void Fail()
    {
        foreach (ref var request in CollectionsMarshal.AsSpan(_requests))
        {
            if (request.Sender is not null) request.Fail(node, pushes);
            request = default;
        }
    }

    /// <summary>Empties it for the next use; false when it has grown so large that it had better be dropped.</summary>
    public bool TryReset()
    {
        _requests.Clear();
        _envelopes.Clear();
        _replies.Clear();
        _output.ResetWrittenCount();
        _settled = 0;
        return _output.Capacity <= 1 << 20;
    }
}
