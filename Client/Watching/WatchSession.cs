using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Orleans.Kv.Client.Transport;

namespace Orleans.Kv.Client.Watching;

/// <summary>
/// A watch over as many connections as it takes: its caller sees one sequence, in which each key's versions rise and its last state is never missing.
/// </summary>
internal sealed class WatchSession(HttpClient http, EndpointRing ring, Pauses pauses, KvClientOptions client, KvWatchOptions options, string? key, string prefix)
{
    private readonly WatchedState _state = new(key, options.From);
    private readonly TimeProvider _time = client.TimeProvider;
    private long _since;
    private int _failures;
    private bool _wasConnected;

    public async IAsyncEnumerable<KvEvent> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        _since = _time.GetTimestamp();
        while (true)
        {
            var endpoint = ring.Current;
            var (connection, failure) = await Trying(() => WatchConnection.OpenAsync(http, endpoint, Path(), client, cancellation));
            if (connection is not null)
            {
                await using (connection)
                {
                    var connected = _time.GetTimestamp();
                    _state.Begin();
                    _wasConnected = true;
                    while (true)
                    {
                        (var next, failure) = await Trying(() => connection.NextAsync(cancellation));
                        if (next is null) break;
                        _failures = 0;
                        foreach (var news in _state.Take(next)) yield return news;
                    }

                    // A connection that was quiet, and long enough, is no failure of the endpoint's to come to terms with.
                    if (_time.GetElapsedTime(connected) > client.LongestPause) _failures = 0;
                    if (_failures == 0) _since = _time.GetTimestamp();
                }
            }

            await RecoverAsync(endpoint, failure!, cancellation);
        }
    }

    private static async Task<(T? Result, KvException? Failure)> Trying<T>(Func<Task<T>> attempt)
        where T : class
    {
        try
        {
            return (await attempt(), null);
        }
        catch (KvException exception)
        {
            return (null, exception);
        }
    }

    private async Task RecoverAsync(Uri endpoint, KvException failure, CancellationToken cancellation)
    {
        // What is wrong with the request stays wrong.
        if (failure.Code == KvErrorCode.BadAnswer || failure.Status is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError and not HttpStatusCode.TooManyRequests) throw failure;
        ring.Leave(endpoint);
        var pause = pauses.Next(_failures++ / ring.Count);
        var patience = _wasConnected ? options.GiveUpAfter : client.CallTimeout;
        if (_time.GetElapsedTime(_since) + pause > patience) throw failure;
        options.Interrupted?.Invoke(failure);
        await Task.Delay(pause, _time, cancellation);
    }

    private string Path()
    {
        if (key is null) return $"/watch?prefix={Uri.EscapeDataString(prefix)}";
        var from = _state.From is { } version ? string.Create(CultureInfo.InvariantCulture, $"&from={version}") : "";
        return $"/watch?key={Uri.EscapeDataString(key)}{from}";
    }
}
