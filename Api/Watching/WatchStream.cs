using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using Orleans.Kv.Api.Problems;

namespace Orleans.Kv.Api.Watching;

/// <summary>Tells a watcher by server-sent events: one message per event, the version as its id where one key is watched, a comment now and then where there is nothing to tell.</summary>
internal sealed class WatchStream(Watcher watcher, WatchOptions options, TimeProvider time)
{
    // So much is written before the connection is waited for.
    private const int FlushBytes = 64 * 1024;

    private readonly List<WatchEvent> _events = [];

    public async Task RunAsync(HttpContext context, CancellationToken end)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        // Understood by common proxies: pass each event on as it comes.
        response.Headers["X-Accel-Buffering"] = "no";
        var writer = response.BodyWriter;
        // How soon a client whose connection breaks comes back.
        writer.Write("retry: 1000\n\n"u8);
        try
        {
            await FlushAsync(writer, context, end).ConfigureAwait(false);
            while (!end.IsCancellationRequested)
            {
                await NextAsync(writer, context, end).ConfigureAwait(false);
                if (_events.Count == 0) break;
                await WriteAsync(writer, context, end).ConfigureAwait(false);
            }

            if (watcher.Cut is { } problem) await EndAsync(writer, problem, context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested || context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone, takes nothing any more, or the host stops.
        }
    }

    private async Task NextAsync(PipeWriter writer, HttpContext context, CancellationToken end)
    {
        var next = watcher.NextAsync(_events, end);
        while (true)
        {
            try
            {
                await next.WaitAsync(options.Heartbeat, time, end).ConfigureAwait(false);
                return;
            }
            catch (TimeoutException) when (!next.IsCompleted)
            {
                writer.Write(":\n\n"u8);
                await FlushAsync(writer, context, end).ConfigureAwait(false);
            }
        }
    }

    private async Task WriteAsync(PipeWriter writer, HttpContext context, CancellationToken end)
    {
        var unsent = 0L;
        foreach (var next in _events)
        {
            unsent += Write(writer, next);
            if (unsent < FlushBytes) continue;
            await FlushAsync(writer, context, end).ConfigureAwait(false);
            unsent = 0;
        }

        if (unsent > 0) await FlushAsync(writer, context, end).ConfigureAwait(false);
    }

    private long Write(PipeWriter writer, WatchEvent next)
    {
        if (watcher.Query.Key is not null)
        {
            writer.Write("id: "u8);
            Span<byte> digits = stackalloc byte[20];
            Utf8Formatter.TryFormat(next.Version, digits, out var length);
            writer.Write(digits[..length]);
            writer.Write("\n"u8);
        }

        WriteData(writer, next.Json.Span);
        return next.Json.Length;
    }

    // A value is passed on as it was stored, and may have line ends of its own: to the client they are white space, wherever JSON has them.
    private static void WriteData(PipeWriter writer, ReadOnlySpan<byte> json)
    {
        while (true)
        {
            var line = json.IndexOfAny((byte)'\n', (byte)'\r');
            writer.Write("data: "u8);
            writer.Write(line < 0 ? json : json[..line]);
            writer.Write("\n"u8);
            if (line < 0) break;
            json = json[(line + 1)..];
        }

        writer.Write("\n"u8);
    }

    private async Task EndAsync(PipeWriter writer, Problem problem, HttpContext context)
    {
        writer.Write("event: error\n"u8);
        WriteData(writer, ProblemWriter.Encode(problem).WrittenSpan);
        await FlushAsync(writer, context, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task FlushAsync(PipeWriter writer, HttpContext context, CancellationToken end)
    {
        var flush = writer.FlushAsync(end);
        if (flush.IsCompletedSuccessfully) return;
        try
        {
            await flush.AsTask().WaitAsync(options.SendPatience, time, end).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            context.Abort();
            throw new OperationCanceledException(context.RequestAborted);
        }
    }
}
