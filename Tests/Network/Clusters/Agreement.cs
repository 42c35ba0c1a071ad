namespace Orleans.Kv.Tests.Network.Clusters;

/// <summary>What every API host says of some keys by strong reads.</summary>
internal static class Agreement
{
    /// <summary>Reads each key through each API host. Fails where one does not answer or two differ, in value or version.</summary>
    /// <returns>The value of each key; null where nothing is stored.</returns>
    public static async Task<Dictionary<string, long?>> Of(NetworkCluster cluster, IReadOnlyCollection<string> keys)
    {
        var agreed = new Dictionary<string, (long? Value, long Version)>();
        for (var number = 1; number <= cluster.Machines.Count; number++)
        {
            using var client = cluster.Client(number);
            foreach (var key in keys)
            {
                var reply = await client.Fetch(key);
                Assert.True(reply.Status is 200 or 404, $"API host {number} on {key}: {reply}");
                (long?, long) found = reply.Status == 404 ? (null, 0) : (reply.Value, reply.Json.GetProperty("version").GetInt64());
                if (reply.Status == 200) Assert.False(reply.Json.GetProperty("stale").GetBoolean(), $"API host {number} on {key}: {reply}");
                Assert.True(agreed.TryAdd(key, found) || agreed[key] == found, $"API host {number} says {found} of {key}, the ones before it {agreed[key]}");
            }
        }

        return agreed.ToDictionary(entry => entry.Key, entry => entry.Value.Value);
    }
}
