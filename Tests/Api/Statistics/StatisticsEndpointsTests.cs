using System.Text.Json;
using Orleans.Kv.Api.OpenApi;
using Orleans.Kv.Interfaces.Monitoring;
using Orleans.Kv.Interfaces.Replicas;
using Orleans.Kv.Tests.Api.Hosting;
using Orleans.Kv.Tests.Api.OpenApi;
using Orleans.Kv.Tests.Api.Routing;

namespace Orleans.Kv.Tests.Api.Statistics;

public sealed class StatisticsEndpointsTests
{
    private static readonly Guid Life = Guid.NewGuid();

    [Fact]
    public async Task Statistics_AreAsDescribed_AndNameWhoDidNotAnswer()
    {
        var rounds = 0;
        await using var api = await FakeApi.StartAsync(new FakeCluster { Coordinators = 3, Reports = _ => ValueTask.FromResult(Report(Interlocked.Increment(ref rounds))) });

        var answer = await Eventually(api, "two points, the second with operations", body => body.TryGetProperty("times", out var times) && times.GetArrayLength() >= 2);

        var document = JsonDocument.Parse(Description.Compose()).RootElement;
        Assert.Empty(new SchemaCheck(document).FaultsOf(answer, document.GetProperty("components").GetProperty("schemas").GetProperty("Statistics")));
        Assert.Equal("silo-3", Assert.Single(answer.GetProperty("unasked").EnumerateArray()).GetString());
        var store = Assert.Single(answer.GetProperty("operations").EnumerateArray());
        Assert.Equal(("store", 50.0), (store.GetProperty("kind").GetString(), store.GetProperty("perSecond")[1].GetDouble()));
        Assert.Equal(0.5, answer.GetProperty("silos")[0].GetProperty("processors").GetDouble());
        Assert.Equal(("Some.Grain", 7), (answer.GetProperty("grains")[0].GetProperty("type").GetString(), answer.GetProperty("grains")[0].GetProperty("activations").GetInt32()));
        Assert.Equal(4, answer.GetProperty("silos")[0].GetProperty("owes")[0].GetProperty("keys").GetInt32());
    }

    [Fact]
    public async Task Statistics_WithoutAnySilo_Is503()
    {
        await using var api = await FakeApi.StartAsync(new FakeCluster { Coordinators = 3, Reports = _ => throw new TimeoutException("no answer") });
        using var http = new HttpClient { BaseAddress = api.Address };

        using var response = await http.GetAsync("/statistics");

        Assert.Equal(503, (int)response.StatusCode);
        Assert.Equal("unavailable", JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString());
    }

    private static async Task<JsonElement> Eventually(FakeApi api, string what, Func<JsonElement, bool> isSeen)
    {
        using var http = new HttpClient { BaseAddress = api.Address };
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (true)
        {
            using var response = await http.GetAsync("/statistics");
            var body = await response.Content.ReadAsStringAsync();
            if (response.IsSuccessStatusCode && JsonDocument.Parse(body).RootElement is var answer && isSeen(answer)) return answer;
            Assert.True(DateTime.UtcNow < deadline, $"expected {what}, saw {(int)response.StatusCode} {body}");
            await Task.Delay(100);
        }
    }

    private static MonitoringReport Report(int round) => new()
    {
        Unasked = ["silo-3"],
        Silos =
        [
            new SiloReport
            {
                Name = "silo-1",
                Incarnation = Life,
                Address = "127.0.0.1:11111",
                Uptime = 2_000L * round,
                Processor = 1_000_000L * round,
                Replica = new ReplicaStatus { Store = Guid.Empty, Epoch = 3, Keys = 10, Bytes = 1_000 },
                Owes = [new NodePending { Name = "silo-3", Store = "c", Keys = 4, Slots = 0, Bytes = 100, OldestAge = 5_000, LastSuccessAge = null }],
                Operations = [Counts("store", 100L * round, 0)],
                Grains = [Counts("Some.Grain", 10L * round, 7)],
            },
        ],
    };

    private static CallCounts Counts(string name, long calls, int activations) => new()
    {
        Name = name, Calls = calls, Microseconds = 250 * calls, Buckets = [LatencyBuckets.IndexOf(250)], Counts = [calls], Activations = activations,
    };
}
