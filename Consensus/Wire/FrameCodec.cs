using System.Buffers;

namespace Orleans.Kv.Consensus;

/// <summary>Batches of requests and replies to bytes and back.</summary>
public static class FrameCodec
{
    /// <summary>A frame holds at most so many messages; more go into the next one.</summary>
    public const int MaxMessages = 4096;

    public static void WriteRequests(IBufferWriter<byte> output, ReadOnlySpan<RequestEnvelope> requests) => throw new NotImplementedException();

    public static void WriteReplies(IBufferWriter<byte> output, ReadOnlySpan<ReplyEnvelope> replies) => throw new NotImplementedException();

    /// <exception cref="FrameFormatException">The frame is malformed; <paramref name="into"/> is left as it was.</exception>
    public static void ReadRequests(ReadOnlyMemory<byte> frame, FrameOwnership ownership, List<RequestEnvelope> into, IKeySource? keys = null) => throw new NotImplementedException();

    /// <exception cref="FrameFormatException">The frame is malformed; <paramref name="into"/> is left as it was.</exception>
    public static void ReadReplies(ReadOnlyMemory<byte> frame, FrameOwnership ownership, List<ReplyEnvelope> into) => throw new NotImplementedException();

    /// <summary>About how many bytes the message takes in a frame: for deciding when a batch is full.</summary>
    public static int EstimateBytes(Request request) => throw new NotImplementedException();

    public static int EstimateBytes(Reply reply) => throw new NotImplementedException();
}
