using System.Collections.Concurrent;
using System.Text.Json;

namespace Orleans.Kv.Tests.Processes.Watching;

/// <summary>Watches with one connection, as a client with a few lines of code does, and notes of each key what it was told last. What must never be told is a fault.</summary>
internal sealed class KeyFollower : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private readonly bool _isPrefix;

    private KeyFollower(Uri address)
    {
        _isPrefix = address.Query.Contains("prefix=", StringComparison.Ordinal);
        _reading = ReadAsync(address);
    }

    /// <summary>The last version told of each key.</summary>
    public ConcurrentDictionary<string, long> Last { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Faults { get; } = [];

    public long Events { get; private set; }

    /// <summary>Versions that were passed over.</summary>
    public long Skipped { get; private set; }

    public static async Task<KeyFollower> Start(Uri api, string query)
    {
        var follower = new KeyFollower(new Uri(api, "/watch?" + query));
        await Task.WhenAny(follower._ready.Task, follower._reading).WaitAsync(StartPatience);
        Assert.Empty(follower.Faults);
        return follower;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _reading;
        _http.Dispose();
        _end.Dispose();
    }

    private async Task ReadAsync(Uri address)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Accept.ParseAdd("text/event-stream");
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _end.Token);
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(_end.Token));
            while (await lines.ReadLineAsync(_end.Token) is { } line)
            {
                if (line.StartsWith("data: ", StringComparison.Ordinal)) Hear(JsonDocument.Parse(line["data: ".Length..]).RootElement);
                else if (!response.IsSuccessStatusCode || line.StartsWith("event: error", StringComparison.Ordinal)) Faults.Enqueue(line);
            }

            Faults.Enqueue("the stream has ended");
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // The test is over.
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or JsonException)
        {
            Faults.Enqueue(fault.Message);
        }
    }

    private void Hear(JsonElement told)
    {
        if (!told.TryGetProperty("type", out var type))
        {
            Faults.Enqueue(told.GetRawText());
            return;
        }

        // Of a prefix all that is there comes before this; of a key it is the first event.
        if (type.GetString() == "ready" || !_isPrefix) _ready.TrySetResult();
        if (type.GetString() == "ready") return;
        var key = told.GetProperty("key").GetString()!;
        var version = told.TryGetProperty("version", out var number) ? number.GetInt64() : 0;
        var skipped = told.TryGetProperty("skipped", out var count) ? count.GetInt64() : 0;
        if (Last.TryGetValue(key, out var before) && version != before + 1 + skipped) Faults.Enqueue($"{key}: after version {before} came {told.GetRawText()}");
        Last[key] = version;
        Events++;
        Skipped += skipped;
    }
}
