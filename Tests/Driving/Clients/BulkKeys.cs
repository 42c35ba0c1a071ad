using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Orleans.Kv.Tests.Driving.Clients;

/// <summary>
/// Many keys with one writer each, so that it is known of every key what a strong read may find: what was acknowledged last, or one of the writes after it whose outcome
/// nobody knows.
/// </summary>
public sealed class BulkKeys : IDisposable
{
    private const int Connections = 32;
    private const int ShownFaults = 10;

    private readonly HttpClient _http;
    private readonly Entry[] _entries;
    private readonly CancellationTokenSource _end = new();
    private Task[] _writers = [];
    private long _values;

    public BulkKeys(Endpoint api, int keys)
    {
        _http = api.Connect(TimeSpan.FromSeconds(15), Connections);
        _entries = [.. Enumerable.Range(0, keys).Select(_ => new Entry())];
    }

    public int Count => _entries.Length;

    /// <summary>Overwrites acknowledged since the keys were filled, so that a test can tell that it had load.</summary>
    public long Overwrites { get; private set; }

    /// <summary>Requests whose outcome is "not done" or unknown.</summary>
    public int Troubled => _troubled;

    private int _troubled;

    /// <summary>Writes every key once.</summary>
    public Task Fill() => Overwrite(_entries.Length);

    /// <summary>Writes the first so many keys once each.</summary>
    public Task Overwrite(int keys) => InParallel(Connections, async (first, step) =>
    {
        for (var key = first; key < keys; key += step)
            await Write(key);
    });

    /// <summary>Goes on overwriting keys at random, in the background, until <see cref="StopWriting"/>.</summary>
    public void StartWriting(int writers, int seed) => _writers = [.. Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
    {
        var random = new Random(seed + writer);
        while (!_end.IsCancellationRequested)
        {
            // Each writer has keys of its own.
            var key = (random.Next(_entries.Length / writers) * writers) + writer;
            if (await Write(key))
                lock (_end) Overwrites++;
        }
    }))];

    public async Task StopWriting()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_writers);
    }

    /// <summary>Reads every key strongly. Returns what is wrong, a line each, the first few of them.</summary>
    public async Task<string> ReadAll()
    {
        var faults = new List<string>();
        await InParallel(Connections, async (first, step) =>
        {
            for (var key = first; key < _entries.Length; key += step)
            {
                if (await Check(key) is { } fault)
                    lock (faults) faults.Add(fault);
            }
        });
        return faults.Count == 0 ? "" : $"{faults.Count} of {_entries.Length} keys:\n{string.Join('\n', faults.Take(ShownFaults))}";
    }

    public void Dispose()
    {
        _end.Cancel();
        _http.Dispose();
        _end.Dispose();
    }

    private static Task InParallel(int tasks, Func<int, int, Task> part) => Task.WhenAll(Enumerable.Range(0, tasks).Select(first => Task.Run(() => part(first, tasks))));

    private static string Name(int key) => string.Create(CultureInfo.InvariantCulture, $"bulk-{key}");

    private async Task<bool> Write(int key)
    {
        var entry = _entries[key];
        var value = Interlocked.Increment(ref _values);
        try
        {
            using var response = await _http.PostAsync("/store", Body($$"""{"key":"{{Name(key)}}","value":{{value}}}"""));
            if (response.IsSuccessStatusCode)
            {
                using var answer = await response.Content.ReadFromJsonAsync<JsonDocument>();
                entry.Acknowledged(value, answer!.RootElement.GetProperty("version").GetInt64());
                return true;
            }

            Interlocked.Increment(ref _troubled);
            // "Not done" is a promise.
            if (response.StatusCode == HttpStatusCode.GatewayTimeout) entry.Unknown(value);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            Interlocked.Increment(ref _troubled);
            entry.Unknown(value);
        }

        return false;
    }

    private async Task<string?> Check(int key)
    {
        using var response = await _http.PostAsync("/fetch", Body($$"""{"key":"{{Name(key)}}"}"""));
        var body = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode) return $"{Name(key)}: {(int)response.StatusCode} {body}";
        using var document = JsonDocument.Parse(body);
        return _entries[key].Fault(document.RootElement.GetProperty("value").GetInt64(), document.RootElement.GetProperty("version").GetInt64()) is { } fault
            ? $"{Name(key)}: {fault}"
            : null;
    }

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");

    private sealed class Entry
    {
        private readonly List<long> _unknown = [];
        private long _value;
        private long _version;

        // One writer, and readers only while it rests.
        public void Acknowledged(long value, long version)
        {
            (_value, _version) = (value, version);
            _unknown.Clear();
        }

        public void Unknown(long value) => _unknown.Add(value);

        public string? Fault(long value, long version)
        {
            if (value == _value && version == _version) return null;
            if (_unknown.Contains(value) && version > _version) return null;
            return $"expected value {_value} at version {_version}, or one of [{string.Join(' ', _unknown)}] above it; found {value} at {version}";
        }
    }
}
