using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO.Pipelines;
using Orleans.Kv.Api.Keys;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Operations;

/// <summary>
/// Writes the answers of operations that ended well: a few constant pieces around the key's cached form, numbers, and the value's
/// stored bytes, straight into the connection's buffer with a known length.
/// </summary>
/// <remarks>
/// Versions are written as JSON numbers. They count the writes of a key one by one, so that they stay within the 2^53 that JavaScript
/// reads exactly for some three hundred years of a million writes a second.
/// </remarks>
internal static class ReplyWriter
{
    private const string Json = "application/json";
    // The constant pieces of any answer, two dates and a number, with room to spare.
    private const int MaxFrameBytes = 256;

    /// <summary>Writes the answer of an operation that ended well, whichever it is.</summary>
    public static void Write(HttpResponse response, OperationInput input, OperationReply reply)
    {
        if (reply.Status == ReplyStatus.Accepted)
        {
            Accepted(response, input.Route);
            return;
        }

        switch (input.Code)
        {
            case OperationCode.Store:
                Stored(response, input.Route, reply);
                break;
            case OperationCode.Fetch:
                Fetched(response, input.Route, reply);
                break;
            case OperationCode.Update or OperationCode.Touch:
                Updated(response, input.Route, reply);
                break;
            case OperationCode.Delete:
                Deleted(response, input.Route);
                break;
            case OperationCode.TestAndSet:
                Tested(response, reply, input);
                break;
            default:
                throw new InvalidOperationException($"no answer for {input.Code}");
        }
    }

    public static void Stored(HttpResponse response, KeyRoute route, OperationReply reply)
    {
        response.StatusCode = reply.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        var tail = new Piece(stackalloc byte[MaxFrameBytes]);
        tail.Text("\",\"version\":"u8);
        tail.Number(reply.Version);
        tail.Text(reply.Created ? ",\"created\":true}"u8 : ",\"created\":false}"u8);
        Write(response, "{\"key\":\""u8, route.Json, tail.Written, default, default);
    }

    public static void Updated(HttpResponse response, KeyRoute route, OperationReply reply)
    {
        var tail = new Piece(stackalloc byte[MaxFrameBytes]);
        tail.Text("\",\"version\":"u8);
        tail.Number(reply.Version);
        tail.Text("}"u8);
        Write(response, "{\"key\":\""u8, route.Json, tail.Written, default, default);
    }

    public static void Deleted(HttpResponse response, KeyRoute route) =>
        Write(response, "{\"key\":\""u8, route.Json, "\",\"deleted\":true}"u8, default, default);

    /// <summary>A write that is kept until a quorum is back: it has no version yet, and may lose against another one.</summary>
    public static void Accepted(HttpResponse response, KeyRoute route)
    {
        response.StatusCode = StatusCodes.Status202Accepted;
        Write(response, "{\"key\":\""u8, route.Json, "\",\"committed\":false}"u8, default, default);
    }

    public static void Fetched(HttpResponse response, KeyRoute route, OperationReply reply)
    {
        var tail = new Piece(stackalloc byte[MaxFrameBytes]);
        tail.Text(",\"version\":"u8);
        tail.Number(reply.Version);
        tail.Text(",\"modified\":\""u8);
        tail.Time(reply.ModifiedUnixMilliseconds);
        if (reply.ExpiresUnixMilliseconds > 0)
        {
            tail.Text("\",\"expires\":\""u8);
            tail.Time(reply.ExpiresUnixMilliseconds);
        }

        tail.Text(reply.Stale ? "\",\"stale\":true}"u8 : "\",\"stale\":false}"u8);
        Write(response, "{\"key\":\""u8, route.Json, "\",\"value\":"u8, JsonBytes.Show(reply.Value, reply.ContentType), tail.Written);
    }

    /// <summary>The input's value is what the operation put there if it found what it expected.</summary>
    public static void Tested(HttpResponse response, OperationReply reply, OperationInput input)
    {
        var head = new Piece(stackalloc byte[MaxFrameBytes]);
        head.Text(reply.Swapped ? "{\"swapped\":true,\"version\":"u8 : "{\"swapped\":false,\"version\":"u8);
        head.Number(reply.Version);
        // A repeated request whose outcome is remembered has the version that was found, but the value may have moved on: then it is left out.
        var known = reply.Swapped || reply.Value is not null || reply.Version == 0;
        if (known) head.Text(",\"value\":"u8);
        var value = !known ? default : reply.Swapped ? JsonBytes.Show(input.Value, input.ContentType) : JsonBytes.Show(reply.Value, reply.ContentType);
        Write(response, head.Written, default, default, value, "}"u8);
    }

    private static void Write(
        HttpResponse response,
        ReadOnlySpan<byte> first,
        ReadOnlySpan<byte> second,
        ReadOnlySpan<byte> third,
        ReadOnlySpan<byte> fourth,
        ReadOnlySpan<byte> fifth)
    {
        response.ContentType = Json;
        // Known in advance: no chunks, and headers and body leave in one write.
        response.ContentLength = first.Length + second.Length + third.Length + fourth.Length + fifth.Length;
        PipeWriter writer = response.BodyWriter;
        writer.Write(first);
        writer.Write(second);
        writer.Write(third);
        writer.Write(fourth);
        writer.Write(fifth);
    }

    /// <summary>A short run of bytes under construction, on the stack.</summary>
    private ref struct Piece(Span<byte> buffer)
    {
        private readonly Span<byte> _buffer = buffer;
        private int _length;

        public readonly ReadOnlySpan<byte> Written => _buffer[.._length];

        public void Text(ReadOnlySpan<byte> text)
        {
            text.CopyTo(_buffer[_length..]);
            _length += text.Length;
        }

        public void Number(long number)
        {
            Utf8Formatter.TryFormat(number, _buffer[_length..], out var written);
            _length += written;
        }

        // RFC 3339 in UTC with milliseconds.
        public void Time(long unixMilliseconds)
        {
            var time = DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds);
            time.TryFormat(_buffer[_length..], out var written, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            _length += written;
        }
    }
}
