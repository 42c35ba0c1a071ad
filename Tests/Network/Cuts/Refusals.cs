using Orleans.Kv.Tests.Driving.Clients;
using Orleans.Kv.Tests.Network.Clusters;

namespace Orleans.Kv.Tests.Network.Cuts;

/// <summary>What a side without a quorum answers in CP: no, at once, and why.</summary>
internal static class Refusals
{
    /// <summary>Asks for reads and writes. Returns the slowest answer's time.</summary>
    /// <param name="client">At an API host on that side.</param>
    /// <param name="requests">How many.</param>
    /// <param name="unreachable">The silos that the answers must name.</param>
    public static async Task<TimeSpan> Expect(ApiClient client, int requests, params string[] unreachable)
    {
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < requests; i++)
        {
            var reply = i % 2 == 0 ? await client.Store("refused", i) : await client.Fetch(StoreClient.Name(i % 6));
            Assert.True(reply is { Status: 503, Code: "no-quorum" }, $"expected 503 no-quorum, got {reply}");
            Assert.True(reply.Took < Bars.Refusal, $"expected within {Bars.Refusal.TotalMilliseconds} ms: {reply}");
            var detail = reply.Json.GetProperty("detail").GetString()!;
            Assert.All(unreachable, silo => Assert.Contains(silo + " since", detail, StringComparison.Ordinal));
            slowest = slowest > reply.Took ? slowest : reply.Took;
        }

        return slowest;
    }
}
