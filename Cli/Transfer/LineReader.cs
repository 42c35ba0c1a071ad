using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Orleans.Kv.Cli.Transfer;

/// <summary>The lines of a file of any size, with their numbers, as bytes.</summary>
internal static class LineReader
{
    private const int BufferBytes = 256 * 1024;

    /// <param name="stream">What is read, from where it is.</param>
    /// <param name="maxBytes">What no line may be longer than.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="CliException">A line is too long.</exception>
    public static async IAsyncEnumerable<(long Number, ReadOnlyMemory<byte> Line)> ReadAsync(Stream stream, int maxBytes, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: BufferBytes, leaveOpen: true));
        var number = 0L;
        while (true)
        {
            var read = await reader.ReadAsync(cancellation);
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                yield return (++number, Trimmed(buffer.Slice(0, end)));
                buffer = buffer.Slice(buffer.GetPosition(1, end));
            }

            if (buffer.Length > maxBytes) throw new CliException(ExitCodes.Usage, $"line {number + 1} is longer than {maxBytes} bytes, which no record is.");
            if (read.IsCompleted)
            {
                if (buffer.Length > 0) yield return (++number, Trimmed(buffer));
                break;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }

        await reader.CompleteAsync();
    }

    // A copy: the buffer is used again, while records wait to be sent.
    private static ReadOnlyMemory<byte> Trimmed(ReadOnlySequence<byte> line)
    {
        var bytes = line.ToArray().AsMemory();
        while (bytes.Length > 0 && bytes.Span[^1] is (byte)'\r' or (byte)' ' or (byte)'\t') bytes = bytes[..^1];
        return bytes;
    }
}
