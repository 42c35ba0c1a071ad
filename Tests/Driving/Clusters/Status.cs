using System.Net.Http.Json;
using System.Text.Json;
using Orleans.Kv.Tests.Driving.Clients;

namespace Orleans.Kv.Tests.Driving.Clusters;

/// <summary>What a cluster says of itself: <c>GET /cluster</c> and <c>GET /issynch</c>.</summary>
public sealed class Status(Endpoint api) : IDisposable
{
    private readonly HttpClient _http = api.Connect(TimeSpan.FromSeconds(10));
    private readonly Dictionary<long, long> _moved = [];

    /// <summary>Keys that were seen to be moved, over all epochs that were looked at.</summary>
    public long KeysMoved => _moved.Values.Sum();

    /// <summary>The highest rate that was seen.</summary>
    public double KeysPerSecond { get; private set; }

    /// <summary>Waits until these nodes and no others are listed, all in sync, on a stable map.</summary>
    public Task UntilInSync(TimeSpan patience, params string[] names) =>
        Wait.Until($"{string.Join(", ", names)} in sync, nobody else listed, nothing moving", patience, async () =>
        {
            var cluster = await Get("/cluster");
            // A problem document: the host has not found the cluster yet.
            if (!cluster.TryGetProperty("nodes", out _)) return cluster.GetRawText();
            Note(cluster);
            var nodes = cluster.GetProperty("nodes").EnumerateArray().ToList();
            var isSo = !cluster.GetProperty("migrating").GetBoolean()
                && nodes.Select(node => node.GetProperty("name").GetString()).Order().SequenceEqual(names.Order())
                && nodes.All(node => node.GetProperty("member").GetBoolean() && node.GetProperty("state").GetString() == "in-sync");
            return isSo ? null : cluster.GetRawText();
        });

    /// <summary>Waits until every node has all that it should have, as <c>/issynch</c> says. Returns what it says.</summary>
    public async Task<JsonElement> UntilIsSynch(TimeSpan patience)
    {
        var answer = default(JsonElement);
        await Wait.Until("/issynch says yes", patience, async () =>
        {
            answer = await Get("/issynch");
            return answer.TryGetProperty("inSync", out var inSync) && inSync.GetBoolean() ? null : answer.GetRawText();
        });
        return answer;
    }

    /// <summary>How many keys each node holds.</summary>
    public async Task<Dictionary<string, long>> Keys() => (await Get("/cluster")).GetProperty("nodes").EnumerateArray()
        .ToDictionary(node => node.GetProperty("name").GetString()!, node => node.GetProperty("keys").ValueKind == JsonValueKind.Number ? node.GetProperty("keys").GetInt64() : -1);

    public async Task<JsonElement> Get(string path)
    {
        try
        {
            using var response = await _http.GetAsync(path);
            return await response.Content.ReadFromJsonAsync<JsonElement>();
        }
        catch (TaskCanceledException)
        {
            throw new TimeoutException($"GET {path} was not answered within {_http.Timeout}");
        }
    }

    /// <summary>Looks at the migration for as long as <paramref name="work"/> runs.</summary>
    public async Task Watching(Task work)
    {
        while (!work.IsCompleted)
        {
            Note(await Get("/cluster"));
            await Task.WhenAny(work, Task.Delay(50));
        }

        await work;
    }

    public void Dispose() => _http.Dispose();

    private void Note(JsonElement cluster)
    {
        if (!cluster.TryGetProperty("migration", out var migration) || migration.ValueKind != JsonValueKind.Object) return;
        var epoch = cluster.GetProperty("epoch").GetInt64();
        _moved[epoch] = Math.Max(_moved.GetValueOrDefault(epoch), migration.GetProperty("keysMoved").GetInt64());
        KeysPerSecond = Math.Max(KeysPerSecond, migration.GetProperty("keysPerSecond").GetDouble());
    }
}
