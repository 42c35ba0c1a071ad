using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Orleans.Kv.Tests.Api.Hosting;
using Orleans.Kv.Tests.Telemetry.Metrics;

namespace Orleans.Kv.Tests.Api.Observing;

[Collection(ApiCollection.Name)]
public sealed class ObservingEndpointsTests(ApiFixture api) : IDisposable
{
    private const string Duration = "kv_operation_duration_seconds_count";

    private readonly HttpClient _http = new() { BaseAddress = api.Address };

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Operations_AreMeasured_ByKindAndOutcome()
    {
        var before = await PageAsync();
        var name = $"observed/{Guid.NewGuid():N}";
        using var stored = await _http.PostAsJsonAsync("/store", new { key = name, value = 1 });
        using var absent = await _http.PostAsJsonAsync("/fetch", new { key = name + "/absent" });
        using var batch = await _http.PostAsJsonAsync("/batch", new { operations = new object[] { new { op = "touch", key = name, ttlSeconds = 60 } } });
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.NotFound, HttpStatusCode.OK), (stored.StatusCode, absent.StatusCode, batch.StatusCode));

        var after = await PageAsync();
        foreach (var (operation, outcome) in new[] { ("store", "done"), ("fetch", "not_found"), ("touch", "done") })
        {
            var labels = new[] { $"kv_operation=\"{operation}\"", $"kv_outcome=\"{outcome}\"" };
            Assert.True(after[Duration, labels] > Value(before, Duration, labels), $"{operation} {outcome} did not rise from {Value(before, Duration, labels)}");
        }

        Assert.True(after.Sum("kv_router_attempts_total") > before.Sum("kv_router_attempts_total"));
        Assert.True(after.Sum("http_server_request_duration_seconds_count") > 0);
    }

    [Fact]
    public async Task TheClusterAsSeenFromHere_IsThere()
    {
        var page = await PageAsync();
        Assert.Equal(1, page["kv_router_connected"]);
        Assert.True(page["kv_cluster_epoch"] > 0);
        Assert.Equal(3, page.Sum("kv_cluster_nodes"));
        // The silos of this process have meters of their own; a page is of its host alone.
        Assert.DoesNotContain("kv_replica_keys", page.Types.Keys);
    }

    [Fact]
    public async Task LogLevels_AreChanged_AndSetBack()
    {
        const string Category = "Orleans.Kv.Api.Observed";
        using var changed = await _http.PostAsJsonAsync("/log-level", new { category = Category, level = "debug" });
        Assert.Equal("Debug", (await changed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("levels").GetProperty(Category).GetString());
        using var back = await _http.PostAsJsonAsync("/log-level", new { category = Category, level = "initial" });
        Assert.Equal(HttpStatusCode.OK, back.StatusCode);
        Assert.False((await _http.GetFromJsonAsync<JsonElement>("/log-level")).GetProperty("levels").TryGetProperty(Category, out _));
    }

    [Theory]
    [InlineData("""{"level":"loud"}""", "level")]
    [InlineData("""{"category":"x"}""", "level")]
    [InlineData("""{"level":"Debug","category":""}""", "category")]
    [InlineData("""{"level":"Debug","catgory":"x"}""", "catgory")]
    public async Task ABadLogLevel_IsNamed(string body, string field)
    {
        using var response = await _http.PostAsync("/log-level", new StringContent(body));
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((HttpStatusCode.BadRequest, field), (response.StatusCode, problem.GetProperty("field").GetString()));
    }

    private static double Value(PrometheusPage page, string name, string[] labels) =>
        page.Samples.GetValueOrDefault((name, string.Join(',', labels.Order(StringComparer.Ordinal))));

    private async Task<PrometheusPage> PageAsync()
    {
        using var response = await _http.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        return PrometheusPage.Parse(await response.Content.ReadAsStringAsync());
    }
}
