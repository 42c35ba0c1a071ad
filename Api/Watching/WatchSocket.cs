using System.Net.WebSockets;
using System.Text;
using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Problems;

namespace Orleans.Kv.Api.Watching;

/// <summary>Tells a watcher over a WebSocket: one text message per event. What the client says is not listened to, but that it goes.</summary>
internal sealed class WatchSocket(Watcher watcher, WatchOptions options, TimeProvider time)
{
    // The protocol's bound on the text of a close.
    private const int MaxReasonBytes = 123;

    // How long a client that was told to go may take to say that it does.
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(5);

    private readonly List<WatchEvent> _events = [];

    public async Task RunAsync(HttpContext context, Revocation until)
    {
        var end = until.Token;
        // A browser that named protocols, to say who it is, wants one of them back.
        var protocol = context.WebSockets.WebSocketRequestedProtocols.Contains(AccessControl.WebSocketProtocol) ? AccessControl.WebSocketProtocol : null;
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            // Pings, so that proxies do not take it for idle; a client that answers none has gone.
            KeepAliveInterval = options.Heartbeat,
            KeepAliveTimeout = options.SendPatience,
            SubProtocol = protocol,
        }).ConfigureAwait(false);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(end);
        var listening = ListenAsync(socket, leaving);
        try
        {
            await TellAsync(socket, leaving.Token).ConfigureAwait(false);
            await CloseAsync(socket, until).ConfigureAwait(false);
            // It may have much to read before it comes to the close: who lets go of the connection now takes that away from it.
            await listening.WaitAsync(watcher.Cut is null ? ClosePatience : options.SendPatience, time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or TimeoutException or IOException)
        {
            // It has gone without a word, or takes nothing any more. There is nobody to tell.
            socket.Abort();
        }
    }

    private async Task TellAsync(WebSocket socket, CancellationToken leaving)
    {
        try
        {
            while (socket.State == WebSocketState.Open)
            {
                await watcher.NextAsync(_events, leaving).ConfigureAwait(false);
                if (_events.Count == 0) return;
                foreach (var next in _events)
                {
                    // Not ended by what ends the waiting: a message that is broken off breaks the connection.
                    await socket.SendAsync(next.Json, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).AsTask().WaitAsync(options.SendPatience, time, CancellationToken.None).ConfigureAwait(false);
                    if (leaving.IsCancellationRequested) return;
                }
            }
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            // The client says that it goes, or the host stops.
        }
    }

    private async Task CloseAsync(WebSocket socket, Revocation until)
    {
        var (status, reason) = watcher.Cut is { } problem ? (WebSocketCloseStatus.PolicyViolation, ReasonOf(problem))
            : until.IsRevoked ? (WebSocketCloseStatus.PolicyViolation, $"{ProblemCode.Unauthenticated}: the token holds no longer")
            : until.Token.IsCancellationRequested ? (WebSocketCloseStatus.EndpointUnavailable, "the API host stops")
            : (WebSocketCloseStatus.NormalClosure, "");
        await socket.CloseOutputAsync(status, reason, CancellationToken.None).WaitAsync(options.SendPatience, time, CancellationToken.None).ConfigureAwait(false);
    }

    private static string ReasonOf(Problem problem)
    {
        var reason = $"{problem.Code}: {problem.Detail}";
        while (Encoding.UTF8.GetByteCount(reason) > MaxReasonBytes) reason = reason[..^1];
        return reason;
    }

    private static async Task ListenAsync(WebSocket socket, CancellationTokenSource leaving)
    {
        var buffer = new byte[1024];
        try
        {
            while (socket.State is WebSocketState.Open or WebSocketState.CloseSent)
            {
                var heard = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).ConfigureAwait(false);
                if (heard.MessageType == WebSocketMessageType.Close) break;
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
        {
            // It has gone without a word.
        }

        await leaving.CancelAsync().ConfigureAwait(false);
    }
}
