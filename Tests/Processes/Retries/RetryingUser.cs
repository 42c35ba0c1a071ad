using System.Net;
using System.Text;
using System.Text.Json;
using Orleans.Kv.Tests.Checking.Histories;

namespace Orleans.Kv.Tests.Processes.Retries;

/// <summary>
/// A user whose answers get lost: gives each store a request id of its own, often stops listening after a moment, and then repeats the
/// same request until an answer arrives.
/// </summary>
internal sealed class RetryingUser(Uri[] urls, int number, int seed) : IDisposable
{
    private const int MostMillisecondsOfListening = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Random _random = new(seed);
    private readonly HttpClient[] _http = [.. urls.Select(url => new HttpClient { BaseAddress = url, Timeout = Patience })];
    private int _requests;

    /// <summary>The version that each request id was answered with.</summary>
    public Dictionary<string, long> Versions { get; } = [];

    /// <summary>Requests that were in the store already, by the look of its version, when they were repeated: their answers were lost.</summary>
    public int AppliedBeforeTheRetry { get; private set; }

    /// <summary>Stores a new value under <paramref name="key"/>, once, however often it takes.</summary>
    public async Task StoreOnce(string key, CancellationToken giveUp)
    {
        var id = $"user-{number}-{_requests++}";
        var (path, body) = Requests.For(key, Operation.Store((number * 1_000_000L) + _requests), id);
        var listening = _random.Next(3) == 0 ? Patience : TimeSpan.FromMilliseconds(_random.Next(1, MostMillisecondsOfListening));
        if (await TrySend(_http[0], path, body, listening, giveUp) is { } first)
        {
            Versions.Add(id, first);
            return;
        }

        var before = await VersionOf(key, giveUp);
        for (var attempt = 1; ; attempt++)
        {
            giveUp.ThrowIfCancellationRequested();
            if (await TrySend(_http[attempt % _http.Length], path, body, Patience, giveUp) is not { } version)
                continue;
            if (version <= before)
                AppliedBeforeTheRetry++;
            Versions.Add(id, version);
            return;
        }
    }

    public async Task<long> VersionOf(string key, CancellationToken giveUp)
    {
        var (path, body) = Requests.For(key, Operation.Fetch());
        for (var attempt = 0; ; attempt++)
        {
            giveUp.ThrowIfCancellationRequested();
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            try
            {
                using var response = await _http[attempt % _http.Length].PostAsync(path, content, giveUp);
                if (response.StatusCode == HttpStatusCode.NotFound)
                    return 0;
                if (response.StatusCode == HttpStatusCode.OK)
                    return Version(await response.Content.ReadAsStringAsync(giveUp));
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !giveUp.IsCancellationRequested)
            {
                // An API host that is gone: the other one, if there is one.
            }
        }
    }

    public void Dispose()
    {
        foreach (var http in _http)
            http.Dispose();
    }

    /// <summary>The version it was answered with; null while there is no answer that says that it is done.</summary>
    private static async Task<long?> TrySend(HttpClient http, string path, string body, TimeSpan listening, CancellationToken giveUp)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(giveUp);
        patience.CancelAfter(listening);
        try
        {
            using var response = await http.PostAsync(path, content, patience.Token);
            var text = await response.Content.ReadAsStringAsync(patience.Token);
            return response.StatusCode switch
            {
                HttpStatusCode.OK or HttpStatusCode.Created => Version(text),
                HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.TooManyRequests => null,
                var other => throw new InvalidDataException($"A store with a request id was answered {(int)other} {text}"),
            };
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !giveUp.IsCancellationRequested)
        {
            return null;
        }
    }

    private static long Version(string body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.GetProperty("version").GetInt64();
    }
}
