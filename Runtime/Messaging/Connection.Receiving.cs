using System.Buffers;
using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;

namespace Orleans.Runtime.Messaging;

// Reading frames. One loop per connection; whatever is malformed ends this connection and harms nothing else.
internal sealed partial class Connection
{
    private const int ReceiveBufferSize = 64 * 1024;

    /// <summary>Until a peer has said who it is, it gets no more memory than this.</summary>
    private const int MaxHelloSize = 1024 * 1024;
    private readonly NameTable _receivedNames = new();

    private async Task ReceiveLoop(Stream stream)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReceiveBufferSize);
        var (start, end) = (0, 0);
        Exception reason;
        try
        {
            while (true)
            {
                var received = await stream.ReadAsync(buffer.AsMemory(end)).ConfigureAwait(false);
                if (received == 0)
                {
                    reason = Peer is null ? NoHandshake($"{Describe()} closed the connection without a word.", null) : new SiloUnavailableException($"{Describe()} closed the connection.");
                    break;
                }

                end += received;
                var wanted = HandleFrames(buffer, ref start, end);
                if (Volatile.Read(ref _refusal) is not null)
                {
                    // The flush that carries the reason closes.
                    ArrayPool<byte>.Shared.Return(buffer);
                    return;
                }

                if (start == end)
                {
                    (start, end) = (0, 0);
                    buffer = Shrink(buffer);
                }
                else if (end == buffer.Length || (start > 0 && buffer.Length - start < wanted))
                {
                    buffer = MakeRoom(buffer, ref start, ref end, wanted);
                }
            }
        }
        catch (InvalidMessageFrameException exception)
        {
            LogMalformed(_log, this, exception.Message);
            reason = exception;
        }
        catch (Exception exception) when (
            exception is IOException or SocketException or AuthenticationException or ObjectDisposedException or OperationCanceledException or OrleansException)
        {
            // TLS says good-bye in its own words, after a handshake that looked good from here.
            reason = Peer is null && stream is SslStream && exception is not OrleansException ? NoHandshake($"{Describe()} broke the handshake off: {exception.Message}", exception) : exception;
        }
        catch (Exception exception)
        {
            LogReceiveFailed(_log, this, exception);
            reason = exception;
        }

        Close(reason);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private static SiloUnavailableException NoHandshake(string message, Exception? cause) => new(message, new NoHandshakeException(message, cause));

    private static byte[] Shrink(byte[] buffer)
    {
        if (buffer.Length <= 4 * ReceiveBufferSize)
        {
            return buffer;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return ArrayPool<byte>.Shared.Rent(ReceiveBufferSize);
    }

    /// <summary>
    /// Moves what has come to the front, into twice the room where it fills what there is: a peer gets memory for the bytes that it has sent, not for
    /// those that a length it has sent claims.
    /// </summary>
    private static byte[] MakeRoom(byte[] buffer, ref int start, ref int end, int wanted)
    {
        var have = end - start;
        var target = have < buffer.Length ? buffer : ArrayPool<byte>.Shared.Rent((int)Math.Min(wanted, 2L * buffer.Length));
        buffer.AsSpan(start, have).CopyTo(target);
        if (target != buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        (start, end) = (0, have);
        return target;
    }

    /// <summary>Handles every whole frame. Returns how many bytes from <paramref name="start"/> on the next one needs.</summary>
    private int HandleFrames(byte[] buffer, ref int start, int end)
    {
        while (end - start >= sizeof(int) && _refusal is null)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(start));
            var limit = Peer is null ? MaxHelloSize : _services.MaxFrameSize;
            if (length < 1 || length > limit)
            {
                throw new InvalidMessageFrameException($"A frame of {length} bytes is none, or longer than the limit of {limit}.");
            }

            if (end - start - sizeof(int) < length)
            {
                return length + sizeof(int);
            }

            HandleFrame(buffer.AsSpan(start + sizeof(int), length));
            start += sizeof(int) + length;
        }

        return sizeof(int);
    }

    private void HandleFrame(ReadOnlySpan<byte> frame)
    {
        var input = new InputSpan(frame);
        var kind = (FrameKind)input.ReadByte();
        if (Peer is null && kind is not (FrameKind.Hello or FrameKind.Refusal))
        {
            throw new InvalidMessageFrameException("The peer does not say who it is.");
        }

        switch (kind)
        {
            case FrameKind.Request:
                HandleRequest(ref input);
                break;
            case FrameKind.Response:
                HandleResponse(ref input);
                break;
            case FrameKind.Rejection:
                HandleRejection(ref input);
                break;
            case FrameKind.SystemRequest:
                _owner.OnSystemRequest(this, input.ReadInt64(), (SystemOperation)input.ReadByte(), input.Rest);
                break;
            case FrameKind.SystemResponse:
                Calls.Take(input.ReadInt64())?.OnResponse(input.Rest, null);
                break;
            case FrameKind.Hello:
                HandleHello(input);
                break;
            case FrameKind.Refusal:
                throw new SiloUnavailableException($"{Describe()} refuses the connection: {input.ReadString()}");
            case FrameKind.Farewell:
                IsLeaving = true;
                _owner.OnFarewell(this);
                break;
            default:
                throw new InvalidMessageFrameException($"There is no frame of kind {(byte)kind}.");
        }
    }

    private void HandleHello(InputSpan input)
    {
        if (Peer is not null)
        {
            throw new InvalidMessageFrameException("The peer says twice who it is.");
        }

        var hello = Hello.Read(input);
        if (_owner.Check(this, hello) is { } refusal)
        {
            LogRefused(_log, hello.Address, refusal);
            WriteRefusal(refusal);
            return;
        }

        PeerId = hello.Kind == PeerKind.Client ? ObserverIds.ClientId(hello.ClientId) : default;
        Peer = hello;
        _owner.OnConnected(this);
        _established.TrySetResult();
    }

    private void HandleRequest(ref InputSpan input)
    {
        var frame = default(RequestFrame);
        frame.Id = input.ReadInt64();
        frame.Flags = (RequestFlags)input.ReadByte();
        frame.Forwards = input.ReadByte();
        frame.TimeToLive = input.ReadVar();
        frame.TargetType = new GrainType(_receivedNames.Read(ref input));
        frame.TargetKey = input.ReadBlock();
        frame.Interface = new GrainInterfaceType(_receivedNames.Read(ref input));
        if ((frame.Flags & RequestFlags.HasSource) != 0)
        {
            var type = new GrainType(_receivedNames.Read(ref input));
            frame.Source = new GrainId(type, new IdSpan(input.ReadBlock().ToArray()));
        }

        if ((frame.Flags & RequestFlags.HasReentrancy) != 0)
        {
            frame.ReentrancyId = input.ReadGuid();
        }

        if ((frame.Flags & RequestFlags.HasContext) != 0)
        {
            var size = input.ReadInt32();
            if (size < 0 || size > input.Rest.Length)
            {
                throw new InvalidMessageFrameException("The request context is longer than its frame.");
            }

            frame.Context = input.Rest[..size];
            frame.Body = input.Rest[size..];
        }
        else
        {
            frame.Body = input.Rest;
        }

        if (frame.Body.Length > _services.MaxBodySize)
        {
            throw new InvalidMessageFrameException($"A body of {frame.Body.Length} bytes is longer than the limit of {_services.MaxBodySize}.");
        }

        _owner.OnRequest(this, frame);
    }

    private void HandleResponse(ref InputSpan input)
    {
        var id = input.ReadInt64();
        var host = input.ReadBlock();
        Calls.Take(id)?.OnResponse(input.Rest, host.IsEmpty ? null : ResolveHost(host));
    }

    private void HandleRejection(ref InputSpan input)
    {
        var id = input.ReadInt64();
        var kind = (RejectionKind)input.ReadByte();
        Calls.Take(id)?.OnFailure(Rejections.ToException(kind, input.ReadString()));
    }

    private SiloAddress ResolveHost(ReadOnlySpan<byte> utf8) =>
        _services.FindSilo(utf8) ?? throw new InvalidMessageFrameException("A silo address is malformed.");

    [LoggerMessage(EventId = 2010, Level = LogLevel.Warning, Message = "Closing the connection of {Peer}: malformed input. {Reason}")]
    private static partial void LogMalformed(ILogger logger, Connection peer, string reason);

    [LoggerMessage(EventId = 2011, Level = LogLevel.Error, Message = "Closing the connection of {Peer} after an unexpected error.")]
    private static partial void LogReceiveFailed(ILogger logger, Connection peer, Exception exception);

    [LoggerMessage(EventId = 2012, Level = LogLevel.Warning, Message = "Refusing {Peer}: {Reason}")]
    private static partial void LogRefused(ILogger logger, SiloAddress peer, string reason);
}
