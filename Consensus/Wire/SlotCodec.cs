using System.Buffers;

namespace Orleans.Kv.Consensus;

/// <summary>
/// Slot requests and replies to bytes and back, one per frame: they are rare and large where the messages of <see cref="FrameCodec"/> are many and small, and do not
/// travel with them. The conventions are the same, and so is the mistrust: what is malformed is a <see cref="FrameFormatException"/>, and what is allocated is bounded
/// by the frame's own length.
/// </summary>
public static partial class SlotCodec
{
    private const byte RequestFrame = 3;
    private const byte ReplyFrame = 4;

    private enum MessageKind : byte
    {
        List = 1,
        Digest = 2,
        Floor = 3,
        Holds = 4,
        Purge = 5,
        Repair = 6,
        Keys = 7,
        Listed = 16,
        Differing = 17,
        FloorRaised = 18,
        Held = 19,
        Purged = 20,
        Repaired = 21,
        Stale = 22,
        KeyPage = 23,
    }

    public static byte[] Write(SlotRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        writer.Byte(FrameCodec.Version);
        writer.Byte(RequestFrame);
        writer.Byte((byte)KindOf(request));
        writer.Number(request.Round);
        writer.Number(request.Epoch.Number);
        if (request is OneSlotRequest one)
            writer.Number(one.Slot.Index);
        WriteFields(ref writer, request);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Write(SlotReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        writer.Byte(FrameCodec.Version);
        writer.Byte(ReplyFrame);
        writer.Byte((byte)KindOf(reply));
        writer.Number(reply.Round);
        WriteFields(ref writer, reply);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <param name="frame">A whole frame.</param>
    /// <param name="ownership">Whether a value may be a slice of the frame.</param>
    /// <param name="keys">Saves an object per known key.</param>
    /// <exception cref="FrameFormatException">The frame is malformed.</exception>
    public static SlotRequest ReadRequest(ReadOnlyMemory<byte> frame, FrameOwnership ownership, IKeySource? keys = null)
    {
        var input = new WireReader(frame, ownership);
        var start = Begin(ref input, RequestFrame);
        try
        {
            var request = ReadOneRequest(ref input, keys);
            input.End();
            return request;
        }
        catch (ArgumentException fault)
        {
            throw WireReader.Fault(start, fault.Message);
        }
    }

    /// <inheritdoc cref="ReadRequest"/>
    public static SlotReply ReadReply(ReadOnlyMemory<byte> frame, IKeySource? keys = null)
    {
        var input = new WireReader(frame, FrameOwnership.Borrowed);
        var start = Begin(ref input, ReplyFrame);
        try
        {
            var reply = ReadOneReply(ref input, keys);
            input.End();
            return reply;
        }
        catch (ArgumentException fault)
        {
            throw WireReader.Fault(start, fault.Message);
        }
    }

    private static int Begin(ref WireReader input, byte kind)
    {
        if (input.Remaining > FrameCodec.MaxFrameBytes)
            throw WireReader.Fault(0, $"a frame of more than {FrameCodec.MaxFrameBytes} bytes");
        if (input.Byte() != FrameCodec.Version)
            throw WireReader.Fault(0, $"a frame of another version than {FrameCodec.Version}");
        if (input.Byte() != kind)
            throw WireReader.Fault(1, "a frame of another kind");
        return input.Position;
    }

    private static Slot ReadSlot(ref WireReader input) => new((ushort)ReadUpTo(ref input, Slot.Count - 1, "slots"));

    private static int ReadUpTo(ref WireReader input, int limit, string what)
    {
        var start = input.Position;
        var number = input.Number();
        return number <= limit ? (int)number : throw WireReader.Fault(start, $"more than {limit} {what}");
    }

    private static Key ReadKey(ref WireReader input, IKeySource? keys)
    {
        var at = input.Position;
        var utf8 = input.Span(Key.MaxBytes, "key bytes");
        var key = keys?.Find(utf8);
        if (key is null && !Key.TryFrom(utf8, out key, out var fault))
            throw WireReader.Fault(at, fault);
        return key;
    }

    private static void WriteOptional(ref WireWriter output, Key? key)
    {
        output.Byte(key is null ? (byte)0 : (byte)1);
        if (key is not null)
            output.Bytes(key.Utf8);
    }

    private static Key? ReadOptionalKey(ref WireReader input, IKeySource? keys) => input.Flag() ? ReadKey(ref input, keys) : null;
}
