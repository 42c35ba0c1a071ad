using System.Text.Json;

namespace Orleans.Kv.Tests.Network.Clusters;

/// <summary>An entry of <c>GET /conflicts</c>. The values of these tests are numbers; null stands for a delete.</summary>
internal sealed record Conflict(string Id, string Key, long? Kept, long? Lost, string? LostBy)
{
    /// <summary>All that are listed, a page after another. Fails where some silo was not heard.</summary>
    public static async Task<IReadOnlyList<Conflict>> All(ApiClient client)
    {
        var all = new List<Conflict>();
        for (string? after = null; ;)
        {
            var reply = await client.Get("/conflicts?limit=10" + (after is null ? "" : "&after=" + after));
            Assert.True(reply.Status == 200, reply.ToString());
            Assert.True(reply.Json.GetProperty("unheard").GetArrayLength() == 0, reply.ToString());
            all.AddRange(reply.Json.GetProperty("conflicts").EnumerateArray().Select(Read));
            after = reply.Json.GetProperty("next").GetString();
            if (after is null) return all;
        }
    }

    private static Conflict Read(JsonElement entry)
    {
        var (kept, lost) = (entry.GetProperty("kept"), entry.GetProperty("lost"));
        Assert.All([kept, lost], side => Assert.True(side.GetProperty("clock").GetProperty("time").GetDateTimeOffset() > DateTimeOffset.UnixEpoch, side.GetRawText()));
        return new Conflict(entry.GetProperty("id").GetString()!, entry.GetProperty("key").GetString()!, Value(kept), Value(lost), lost.GetProperty("silo").GetString());
    }

    private static long? Value(JsonElement side) => side.GetProperty("deleted").GetBoolean() ? null : side.GetProperty("value").GetInt64();
}
