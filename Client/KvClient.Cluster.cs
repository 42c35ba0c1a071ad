using System.Text.Json;
using Orleans.Kv.Client.Wire;

namespace Orleans.Kv.Client;

/// <content>The cluster itself. What is not here can be asked with <see cref="SendAsync"/>.</content>
public sealed partial class KvClient
{
    /// <summary>The consistency mode, and the silos that are not known to go by it.</summary>
    public async Task<KvModeStatus> GetModeAsync(CancellationToken cancellation = default)
    {
        using var answer = await GetAsync("/conf", cancellation);
        return ToMode(answer.RootElement);
    }

    /// <summary>Sets the consistency mode. Silos that have not confirmed it within two seconds are named; call again to learn whether they have.</summary>
    public async Task<KvModeStatus> SetModeAsync(KvMode mode, CancellationToken cancellation = default)
    {
        // Setting the mode that is there changes nothing.
        var request = Post("/conf", Bodies.Of(writer => writer.WriteString("mode", mode == KvMode.Available ? "AP" : "CP")), isRepeatable: true);
        using var answer = ToDocument(await _sender.SendAsync(request, cancellation));
        return ToMode(answer.RootElement);
    }

    /// <summary>The cluster's map and silos.</summary>
    public async Task<KvCluster> GetClusterAsync(CancellationToken cancellation = default)
    {
        using var answer = await GetAsync("/cluster", cancellation);
        return Reading(answer.RootElement, static root => new KvCluster(
            root.GetProperty("epoch").GetInt64(),
            ModeOf(root),
            root.GetProperty("leader").GetString(),
            root.GetProperty("migrating").GetBoolean(),
            [.. root.GetProperty("nodes").EnumerateArray().Select(static node => new KvNode(
                node.GetProperty("name").GetString()!,
                node.GetProperty("state").GetString()!,
                node.GetProperty("member").GetBoolean(),
                node.GetProperty("keys") is { ValueKind: JsonValueKind.Number } keys ? keys.GetInt64() : null,
                node.GetProperty("pending").GetInt64()))]));
    }

    /// <summary>Whether every silo, or the one that is named, has all that it should have.</summary>
    public async Task<bool> IsInSyncAsync(string? node = null, CancellationToken cancellation = default)
    {
        var request = Read("/issynch", writer =>
        {
            if (node is not null) writer.WriteString("node", node);
        });
        using var answer = ToDocument(await _sender.SendAsync(request, cancellation));
        return Reading(answer.RootElement, static root => root.GetProperty("inSync").GetBoolean());
    }

    private static KvModeStatus ToMode(JsonElement answer) => Reading(answer, static root => new KvModeStatus(
        ModeOf(root),
        root.GetProperty("epoch").GetInt64(),
        root.TryGetProperty("unconfirmed", out var silos)
            ? silos.EnumerateArray().ToDictionary(static silo => silo.GetProperty("name").GetString()!, static silo => silo.GetProperty("reason").GetString()!)
            : []));

    private static KvMode ModeOf(JsonElement root) => root.GetProperty("mode").GetString() == "AP" ? KvMode.Available : KvMode.Consistent;

    private static JsonDocument ToDocument(KvResponse response)
    {
        if (!response.IsSuccess) throw response.ToException();
        try
        {
            return JsonDocument.Parse(response.Body);
        }
        catch (JsonException exception)
        {
            throw new KvException(KvErrorCode.BadAnswer, "the answer is not from an API host of Orleans.Kv", exception);
        }
    }

    private static T Reading<T>(JsonElement root, Func<JsonElement, T> read)
    {
        try
        {
            return read(root);
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException)
        {
            throw new KvException(KvErrorCode.BadAnswer, $"the answer is not as an API host's should be: {exception.Message}", exception);
        }
    }

    private async Task<JsonDocument> GetAsync(string path, CancellationToken cancellation) =>
        ToDocument(await _sender.SendAsync(new KvRequest(HttpMethod.Get, path), cancellation));
}
