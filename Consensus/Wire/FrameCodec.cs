using System.Buffers;

namespace Orleans.Kv.Consensus;

/// <summary>
/// Batches of requests and replies to bytes and back: what one silo has to say to another goes out as one such frame, and costs the engine one message and
/// one copy.
/// <para>
/// A frame is: version byte (<see cref="Version"/>), kind byte, count, then the messages. Numbers are little-endian: 8 bytes where they are random or large
/// (ids, times), LEB128 where they are mostly small. A message is: correlation, kind byte, and its fields in the order of their constructors. There is no
/// checksum: the transport has one, and the log on disk adds its own.
/// </para>
/// <para>
/// Decoding trusts nothing: unknown versions and kinds, lengths beyond the frame or beyond the limits of their types, and trailing bytes are a
/// <see cref="FrameFormatException"/> that names the place; nothing of such a frame is taken in. What is allocated is bounded by the frame's own length.
/// </para>
/// </summary>
public static class FrameCodec
{
    /// <summary>The format's version, and with it the first byte of every frame.</summary>
    public const byte Version = 1;

    /// <summary>A frame holds at most so many messages, so that handling one does not hold up a worker for long; more go into the next one.</summary>
    public const int MaxMessages = 4096;

    /// <summary>
    /// The largest frame that is decoded: some of the largest values with their memories. A sender fills frames up to far less (see
    /// <see cref="EstimateBytes(Request)"/>) and sends a larger message in a frame of its own.
    /// </summary>
    public const int MaxFrameBytes = 32 * 1024 * 1024;

    private const byte RequestFrame = 1;
    private const byte ReplyFrame = 2;

    // Correlation, kind and round: no message is shorter.
    private const int LeastMessage = 3;
    private const int MessageOverhead = 96;
    private const int OutcomeBytes = 48;

    private enum MessageKind : byte
    {
        Prepare = 1,
        Accept = 2,
        Read = 3,
        Promised = 16,
        Accepted = 17,
        Refused = 18,
        ReadAnswer = 19,
        StaleEpoch = 20,
    }

    public static void WriteRequests(IBufferWriter<byte> output, ReadOnlySpan<RequestEnvelope> requests)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(requests.Length, MaxMessages);
        var writer = new WireWriter(output);
        Begin(ref writer, RequestFrame, requests.Length);
        foreach (ref readonly var envelope in requests)
            Write(ref writer, envelope.Correlation, envelope.Request);
        writer.Flush();
    }

    public static void WriteReplies(IBufferWriter<byte> output, ReadOnlySpan<ReplyEnvelope> replies)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(replies.Length, MaxMessages);
        var writer = new WireWriter(output);
        Begin(ref writer, ReplyFrame, replies.Length);
        foreach (ref readonly var envelope in replies)
            Write(ref writer, envelope.Correlation, envelope.Reply);
        writer.Flush();
    }

    /// <summary>Appends the frame's requests to <paramref name="into"/>.</summary>
    /// <param name="frame">A whole frame.</param>
    /// <param name="ownership">Whether values may be slices of the frame.</param>
    /// <param name="into">Left as it was when the frame is malformed.</param>
    /// <param name="keys">Saves an object per known key.</param>
    /// <exception cref="FrameFormatException">The frame is malformed.</exception>
    public static void ReadRequests(ReadOnlyMemory<byte> frame, FrameOwnership ownership, List<RequestEnvelope> into, IKeySource? keys = null)
    {
        ArgumentNullException.ThrowIfNull(into);
        var before = into.Count;
        try
        {
            var reader = new WireReader(frame, ownership);
            var count = Begin(ref reader, RequestFrame);
            for (var i = 0; i < count; i++)
                into.Add(new RequestEnvelope((ulong)reader.Number(), ReadOneRequest(ref reader, keys)));
            reader.End();
        }
        catch (FrameFormatException)
        {
            into.RemoveRange(before, into.Count - before);
            throw;
        }
    }

    /// <summary>Appends the frame's replies to <paramref name="into"/>.</summary>
    /// <param name="frame">A whole frame.</param>
    /// <param name="ownership">Whether values may be slices of the frame.</param>
    /// <param name="into">Left as it was when the frame is malformed.</param>
    /// <exception cref="FrameFormatException">The frame is malformed.</exception>
    public static void ReadReplies(ReadOnlyMemory<byte> frame, FrameOwnership ownership, List<ReplyEnvelope> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        var before = into.Count;
        try
        {
            var reader = new WireReader(frame, ownership);
            var count = Begin(ref reader, ReplyFrame);
            for (var i = 0; i < count; i++)
                into.Add(new ReplyEnvelope((ulong)reader.Number(), ReadOneReply(ref reader)));
            reader.End();
        }
        catch (FrameFormatException)
        {
            into.RemoveRange(before, into.Count - before);
            throw;
        }
    }

    /// <summary>No less than the bytes the message takes in a frame: for deciding when a batch is full.</summary>
    public static int EstimateBytes(Request request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return MessageOverhead + request.Key.Utf8.Length + (request is AcceptRequest accept ? EstimateBytes(accept.State) : 0);
    }

    /// <inheritdoc cref="EstimateBytes(Request)"/>
    public static int EstimateBytes(Reply reply) => reply switch
    {
        PromisedReply promised => (2 * MessageOverhead) + EstimateBytes(promised.State),
        ReadReply read => MessageOverhead + EstimateBytes(read.State),
        StaleEpochReply stale => MessageOverhead + ClusterMapCodec.EstimateBytes(stale.Map),
        _ => MessageOverhead,
    };

    private static int EstimateBytes(RegisterState? state) => state is null
        ? 0
        : MessageOverhead + state.Value.Length + (3 * (state.ContentType?.Length ?? 0)) + (OutcomeBytes * state.Memory.Count)
            + (state.Divergence is null ? 0 : DivergenceCodec.EstimateBytes(state.Divergence));

    private static void Begin(ref WireWriter output, byte kind, int count)
    {
        output.Byte(Version);
        output.Byte(kind);
        output.Number(count);
    }

    private static int Begin(ref WireReader input, byte kind)
    {
        if (input.Remaining > MaxFrameBytes)
            throw WireReader.Fault(0, $"a frame of more than {MaxFrameBytes} bytes");
        if (input.Byte() != Version)
            throw WireReader.Fault(0, $"a frame of another version than {Version}");
        if (input.Byte() != kind)
            throw WireReader.Fault(1, "a frame of another kind");
        return input.Count(MaxMessages, LeastMessage, "messages");
    }

    private static void Write(ref WireWriter output, ulong correlation, Request request)
    {
        output.Number(checked((long)correlation));
        output.Byte((byte)(request switch
        {
            AcceptRequest => MessageKind.Accept,
            ReadRequest => MessageKind.Read,
            _ => MessageKind.Prepare,
        }));
        output.Number(request.Round);
        output.Number(request.Epoch.Number);
        output.Bytes(request.Key.Utf8);
        switch (request)
        {
            case AcceptRequest accept:
                StateCodec.Write(ref output, accept.Ballot);
                StateCodec.Write(ref output, accept.State);
                StateCodec.Write(ref output, accept.Next);
                break;
            case ReadRequest read:
                StateCodec.Write(ref output, read.Known);
                break;
            case PrepareRequest prepare:
                StateCodec.Write(ref output, prepare.Ballot);
                break;
        }
    }

    private static Request ReadOneRequest(ref WireReader input, IKeySource? keys)
    {
        var start = input.Position;
        var kind = (MessageKind)input.Byte();
        var round = input.Number();
        var epoch = new Epoch(input.Number());
        var at = input.Position;
        var utf8 = input.Span(Key.MaxBytes, "key bytes");
        var key = keys?.Find(utf8);
        if (key is null && !Key.TryFrom(utf8, out key, out var fault))
            throw WireReader.Fault(at, fault);
        return kind switch
        {
            MessageKind.Prepare => new PrepareRequest(key, epoch, round, StateCodec.ReadBallot(ref input)),
            MessageKind.Accept => ReadAccept(ref input, key, epoch, round),
            MessageKind.Read => new ReadRequest(key, epoch, round, StateCodec.ReadBallot(ref input)),
            _ => throw WireReader.Fault(start, "a request of unknown kind"),
        };
    }

    private static AcceptRequest ReadAccept(ref WireReader input, Key key, Epoch epoch, long round)
    {
        var at = input.Position;
        var ballot = StateCodec.ReadBallot(ref input);
        // Zero is the ballot of a register that accepted nothing: a state under it could never be told from none.
        if (ballot.IsZero)
            throw WireReader.Fault(at, "an accept without a ballot");
        return new AcceptRequest(key, epoch, round, ballot, StateCodec.ReadState(ref input), StateCodec.ReadBallot(ref input));
    }

    private static void Write(ref WireWriter output, ulong correlation, Reply reply)
    {
        output.Number(checked((long)correlation));
        switch (reply)
        {
            case AcceptedReply accepted:
                BeginReply(ref output, MessageKind.Accepted, reply);
                StateCodec.Write(ref output, accepted.Ballot);
                break;
            case ReadReply read:
                BeginReply(ref output, MessageKind.ReadAnswer, reply);
                StateCodec.Write(ref output, read.Accepted);
                WriteOptional(ref output, read.State);
                break;
            case PromisedReply promised:
                BeginReply(ref output, MessageKind.Promised, reply);
                StateCodec.Write(ref output, promised.Ballot);
                StateCodec.Write(ref output, promised.Accepted);
                WriteOptional(ref output, promised.State);
                StateCodec.Write(ref output, promised.Floor);
                break;
            case RefusedReply refused:
                BeginReply(ref output, MessageKind.Refused, reply);
                StateCodec.Write(ref output, refused.Ballot);
                StateCodec.Write(ref output, refused.Promised);
                break;
            case StaleEpochReply stale:
                BeginReply(ref output, MessageKind.StaleEpoch, reply);
                ClusterMapCodec.Write(ref output, stale.Map);
                break;
        }
    }

    private static void BeginReply(ref WireWriter output, MessageKind kind, Reply reply)
    {
        output.Byte((byte)kind);
        output.Number(reply.Round);
    }

    private static Reply ReadOneReply(ref WireReader input)
    {
        var start = input.Position;
        var kind = (MessageKind)input.Byte();
        var round = input.Number();
        switch (kind)
        {
            case MessageKind.Accepted:
                return new AcceptedReply(round, StateCodec.ReadBallot(ref input));
            case MessageKind.ReadAnswer:
                return new ReadReply(round, StateCodec.ReadBallot(ref input), ReadOptional(ref input));
            case MessageKind.Promised:
                var ballot = StateCodec.ReadBallot(ref input);
                var accepted = StateCodec.ReadBallot(ref input);
                var at = input.Position;
                var state = ReadOptional(ref input);
                if (accepted.IsZero != state is null)
                    throw WireReader.Fault(at, "an accepted ballot without its state, or a state without its ballot");
                return new PromisedReply(round, ballot, accepted, state, StateCodec.ReadFloor(ref input));
            case MessageKind.Refused:
                return new RefusedReply(round, StateCodec.ReadBallot(ref input), StateCodec.ReadBallot(ref input));
            case MessageKind.StaleEpoch:
                return new StaleEpochReply(round, ClusterMapCodec.Read(ref input));
            default:
                throw WireReader.Fault(start, "a reply of unknown kind");
        }
    }

    private static void WriteOptional(ref WireWriter output, RegisterState? state)
    {
        output.Byte(state is null ? (byte)0 : (byte)1);
        if (state is not null)
            StateCodec.Write(ref output, state);
    }

    private static RegisterState? ReadOptional(ref WireReader input) => input.Flag() ? StateCodec.ReadState(ref input) : null;
}
