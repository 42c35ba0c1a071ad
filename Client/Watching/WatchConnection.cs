using System.Globalization;
using System.Net.ServerSentEvents;
using Orleans.Kv.Client.Transport;
using Orleans.Kv.Client.Wire;

namespace Orleans.Kv.Client.Watching;

/// <summary>One connection of a watch: server-sent events, in order, until it breaks.</summary>
internal sealed class WatchConnection : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly IAsyncEnumerator<SseItem<Answer>> _items;

    private WatchConnection(HttpResponseMessage response, Stream body)
    {
        _response = response;
        // The bytes are gone when the parser goes on.
        _items = SseParser.Create(body, static (_, data) => Answer.Read(data.ToArray())).EnumerateAsync().GetAsyncEnumerator();
    }

    /// <exception cref="KvException">There is none.</exception>
    public static async Task<WatchConnection> OpenAsync(HttpClient http, Uri endpoint, string path, KvClientOptions options, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(options.AttemptTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        HttpResponseMessage? response = null;
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Get, new Uri(endpoint, path));
            message.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
            response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (!response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType != "text/event-stream")
            {
                var body = await response.Content.ReadAsByteArrayAsync(either.Token);
                throw Sender.Problem(new KvResponse(response.StatusCode, body, response.Content.Headers.ContentType?.ToString()));
            }

            var stream = new AttentiveStream(await response.Content.ReadAsStreamAsync(either.Token), options.WatchSilence, options.TimeProvider, cancellation);
            var connection = new WatchConnection(response, stream);
            response = null;
            return connection;
        }
        catch (HttpRequestException exception)
        {
            throw new KvException(KvErrorCode.Unreachable, $"{endpoint.GetLeftPart(UriPartial.Authority)} does not answer: {exception.Message}", exception);
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw new KvException(
                KvErrorCode.Unreachable,
                string.Create(CultureInfo.InvariantCulture, $"{endpoint.GetLeftPart(UriPartial.Authority)} did not answer within {options.AttemptTimeout.TotalSeconds:0.#} s"),
                exception);
        }
        finally
        {
            response?.Dispose();
        }
    }

    /// <summary>The next event.</summary>
    /// <exception cref="KvException">The connection ended, and why.</exception>
    public async Task<Answer> NextAsync(CancellationToken cancellation)
    {
        try
        {
            if (!await _items.MoveNextAsync()) throw new KvException(KvErrorCode.Unreachable, "the API host closed the connection");
            var item = _items.Current;
            return item.EventType == "error" ? throw item.Data.ToException((System.Net.HttpStatusCode)item.Data.Status) : item.Data;
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw new KvException(KvErrorCode.Unreachable, $"the connection broke: {exception.Message}", exception);
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw new KvException(KvErrorCode.Unreachable, "the API host has been silent for too long", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // First, so that a read under way ends.
        _response.Dispose();
        await _items.DisposeAsync();
    }
}
