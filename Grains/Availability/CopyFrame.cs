using System.Buffers;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Availability;

/// <summary>A copy of a key as silos show it to each other: a frame of the core with one answer to a read.</summary>
internal static class CopyFrame
{
    public static byte[] Write(in Register register)
    {
        var output = new ArrayBufferWriter<byte>();
        FrameCodec.WriteReplies(output, [new ReplyEnvelope(0, new ReadReply(0, register.Accepted, register.State))]);
        return output.WrittenSpan.ToArray();
    }

    /// <exception cref="FrameFormatException">The frame cannot be read, or is another one.</exception>
    public static ReadReply Read(byte[] frame)
    {
        var replies = new List<ReplyEnvelope>(1);
        FrameCodec.ReadReplies(frame, FrameOwnership.Owned, replies);
        return replies is [{ Reply: ReadReply read }] ? read : throw new FrameFormatException(0, "not the copy of a key");
    }
}
