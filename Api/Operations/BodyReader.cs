using System.Buffers;
using System.IO.Pipelines;
using Orleans.Kv.Api.Problems;

namespace Orleans.Kv.Api.Operations;

/// <summary>
/// Gets a whole body together in one piece of memory. A small body is already that in the connection's own buffer, where it is read
/// without a copy; a large one is collected in a pooled buffer.
/// </summary>
internal static class BodyReader
{
    // What one read of the socket brings at most, about; larger bodies are collected.
    private const int FirstRent = 64 * 1024;

    /// <summary>What is done with the body. Runs before the buffer is given back: keep nothing of the span.</summary>
    public delegate TResult Consume<in TState, out TResult>(ReadOnlySpan<byte> body, TState state);

    /// <summary>
    /// Hands the body to <paramref name="consume"/>. A body over <paramref name="limit"/> becomes a problem, and is drained so that the
    /// connection can go on, unless it is so long that closing the connection is kinder.
    /// </summary>
    public static async ValueTask<(TResult? Result, Problem? Problem)> ReadAsync<TState, TResult>(
        HttpContext context, int limit, TState state, Consume<TState, TResult> consume)
        where TResult : struct
    {
        var pipe = context.Request.BodyReader;
        var length = context.Request.ContentLength;
        if (length > limit) return (null, await DrainAsync(context, pipe, 0, limit));

        var read = await pipe.ReadAsync(context.RequestAborted);
        if (read.Buffer.IsSingleSegment && (read.IsCompleted || read.Buffer.Length == length) && read.Buffer.Length <= limit)
        {
            var result = consume(read.Buffer.FirstSpan, state);
            pipe.AdvanceTo(read.Buffer.End);
            return (result, null);
        }

        return await CollectAsync(context, pipe, read, limit, state, consume);
    }

    private static async ValueTask<(TResult? Result, Problem? Problem)> CollectAsync<TState, TResult>(
        HttpContext context, PipeReader pipe, ReadResult read, int limit, TState state, Consume<TState, TResult> consume)
        where TResult : struct
    {
        var pooled = ArrayPool<byte>.Shared.Rent((int)Math.Min(context.Request.ContentLength ?? FirstRent, limit));
        var count = 0;
        try
        {
            while (true)
            {
                var chunk = read.Buffer;
                if (count + chunk.Length > limit)
                {
                    pipe.AdvanceTo(chunk.End);
                    return (null, await DrainAsync(context, pipe, count + chunk.Length, limit));
                }

                pooled = Fit(pooled, count, (int)chunk.Length);
                chunk.CopyTo(pooled.AsSpan(count));
                count += (int)chunk.Length;
                pipe.AdvanceTo(chunk.End);
                if (read.IsCompleted) return (consume(pooled.AsSpan(0, count), state), null);
                read = await pipe.ReadAsync(context.RequestAborted);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pooled);
        }
    }

    private static byte[] Fit(byte[] pooled, int count, int more)
    {
        if (count + more <= pooled.Length) return pooled;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(count + more, 2 * pooled.Length));
        pooled.AsSpan(0, count).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(pooled);
        return larger;
    }

    private static async ValueTask<Problem> DrainAsync(HttpContext context, PipeReader pipe, long drained, int limit)
    {
        var problem = Problem.TooLarge(ProblemCode.BodyTooLarge, null, $"the body has more than {limit} bytes");
        if (context.Request.ContentLength > OperationLimits.MaxDrainBytes)
        {
            context.Response.Headers.Connection = "close";
            return problem;
        }

        while (true)
        {
            var read = await pipe.ReadAsync(context.RequestAborted);
            drained += read.Buffer.Length;
            pipe.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return problem;
            if (drained <= OperationLimits.MaxDrainBytes) continue;
            context.Response.Headers.Connection = "close";
            return problem;
        }
    }
}
