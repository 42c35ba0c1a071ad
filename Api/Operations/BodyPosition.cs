using System.Buffers;
using System.Text;
using Orleans.Kv.Api.Problems;

namespace Orleans.Kv.Api.Operations;

/// <summary>Where in a body something is, as problems tell it: lines, and bytes within them, from 1.</summary>
internal static class BodyPosition
{
    public static (long Line, long Column) Of(ReadOnlySpan<byte> body, int index)
    {
        var before = body[..Math.Min(index, body.Length)];
        return (before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'));
    }

    public static Problem NotUtf8(ReadOnlySpan<byte> body)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(body[at..], out _, out var length) == OperationStatus.Done) at += length;
        var (line, column) = Of(body, at);
        return Problem.Malformed("the body is not UTF-8", line, column);
    }
}
