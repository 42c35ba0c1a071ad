using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Orleans.Kv.Tests.Processes.Clients;

/// <summary>
/// Keys that are stored, deleted and stored again, by one user each, who repeats what was not done or has an unknown outcome. Without request ids: a key remembers each of
/// those for minutes, and is not purged before.
/// </summary>
internal sealed class DeletedKeys(Uri url, int count) : IDisposable
{
    private const int Connections = 16;
    private const int NewKeysPerProbe = 200;
    private const int ShownFaults = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpClient _http = new() { BaseAddress = url, Timeout = TimeSpan.FromSeconds(15) };
    private readonly long[] _versions = new long[count];
    private int _newKeys;
    private long _leastRise = long.MaxValue;

    /// <summary>Stores every key once.</summary>
    public Task Store() => Each(0, count, async key => _versions[key] = await StoreOne(Name(key)));

    public Task Delete(int first, int end) => Each(first, end, async key =>
    {
        var (answer, repeated) = await Send("/delete", Name(key), "");
        using (answer)
        {
            var isDeleted = answer.StatusCode == HttpStatusCode.OK || (repeated && answer.StatusCode == HttpStatusCode.NotFound);
            Assert.True(isDeleted, $"deleting {Name(key)} was answered {(int)answer.StatusCode}");
        }
    });

    /// <summary>Reads these keys strongly. Returns what is wrong, a line each, the first few of them.</summary>
    public Task<string> AllGone(int first, int end) => Faults(first, end, async key =>
    {
        var (answer, _) = await Send("/fetch", Name(key), "");
        using (answer) return answer.StatusCode == HttpStatusCode.NotFound ? null : $"{Name(key)}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
    });

    /// <summary>Stores keys that were never there. Whether one of them began above version 1.</summary>
    public async Task<bool> NewKeysStartAboveOne()
    {
        var first = _newKeys;
        _newKeys += NewKeysPerProbe;
        var above = 0;
        await Each(first, _newKeys, async key =>
        {
            if (await StoreOne(string.Create(CultureInfo.InvariantCulture, $"new-{key}")) > 1) Interlocked.Increment(ref above);
        });
        return above > 0;
    }

    /// <summary>Stores every deleted key again. Its delete has a version, too. Returns which began too low.</summary>
    public Task<string> ComeBackAboveTheirVersions() => Faults(0, count, async key =>
    {
        var version = await StoreOne(Name(key));
        lock (_versions) _leastRise = Math.Min(_leastRise, version - _versions[key]);
        return version > _versions[key] + 1 ? null : $"{Name(key)} was at version {_versions[key]}, then deleted, and comes back at {version}";
    });

    public void Dispose() => _http.Dispose();

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{count} keys came back, each at least {_leastRise} versions above what it was; {_newKeys} new keys were stored until one began above 1");

    private static string Name(int key) => string.Create(CultureInfo.InvariantCulture, $"deleted-{key}");

    private static async Task<string> Faults(int first, int end, Func<int, Task<string?>> check)
    {
        var faults = new ConcurrentBag<string>();
        await Each(first, end, async key =>
        {
            if (await check(key) is { } fault) faults.Add(fault);
        });
        return faults.IsEmpty ? "" : $"{faults.Count} of {end - first} keys:\n{string.Join('\n', faults.Take(ShownFaults))}";
    }

    private static Task Each(int first, int end, Func<int, Task> act) =>
        Parallel.ForEachAsync(Enumerable.Range(first, end - first), new ParallelOptions { MaxDegreeOfParallelism = Connections }, async (key, _) => await act(key));

    private async Task<long> StoreOne(string key)
    {
        var (answer, _) = await Send("/store", key, ",\"value\":1");
        using (answer)
        {
            Assert.True(answer.IsSuccessStatusCode, $"storing {key} was answered {(int)answer.StatusCode}");
            return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("version").GetInt64();
        }
    }

    private async Task<(HttpResponseMessage Answer, bool Repeated)> Send(string path, string key, string fields)
    {
        using var giveUp = new CancellationTokenSource(Patience);
        for (var repeated = false; ; repeated = true)
        {
            using var body = new StringContent($$"""{"key":"{{key}}"{{fields}}}""", Encoding.UTF8, "application/json");
            var answer = await _http.PostAsync(path, body, giveUp.Token);
            if (answer.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout)) return (answer, repeated);
            answer.Dispose();
        }
    }
}
