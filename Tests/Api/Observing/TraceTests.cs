using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Observing;

/// <summary>One trace, from a caller's own span over the request to the silos that took the value in.</summary>
[Collection(ApiCollection.Name)]
public sealed class TraceTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly ActivityTraceId _trace = ActivityTraceId.CreateRandom();
    private readonly ActivitySpanId _caller = ActivitySpanId.CreateRandom();
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public TraceTests(ApiFixture api)
    {
        _http = new HttpClient { BaseAddress = api.Address };
        // Of this test's trace alone: other tests use the same process.
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Microsoft.AspNetCore" or "Orleans.Kv.Api" or "Orleans.Kv.Silo",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceId == _trace ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _http.Dispose();
    }

    [Fact]
    public async Task AStore_IsOneTrace_FromTheCallerToTheReplicas()
    {
        await SendAsync("/store", new { key = $"traced/{Guid.NewGuid():N}", value = 1 });

        var replica = await EndedAsync("replica");
        var chain = ChainOf(replica);
        // Outermost first. The call may have gone to a coordinator, where the key's grain kept silent.
        Assert.Equal(["Microsoft.AspNetCore.Hosting.HttpRequestIn", "store", "call", "propose store", "round", "deliver", "replica"], chain.Select(Name));
        Assert.Equal(_caller, chain[0].ParentSpanId);
        Assert.All(_ended, activity => Assert.Equal(_trace, activity.TraceId));
        Assert.Equal((ActivityKind.Client, ActivityKind.Server), (chain[2].Kind, chain[3].Kind));
        Assert.Equal((ActivityKind.Client, ActivityKind.Server), (chain[5].Kind, chain[6].Kind));
        Assert.NotEqual(chain[3].GetTagItem("kv.silo"), chain[6].GetTagItem("kv.silo"));
        Assert.Equal(chain[5].GetTagItem("kv.node"), chain[6].GetTagItem("kv.silo"));
        Assert.Equal("done", chain[1].GetTagItem("kv.outcome"));
    }

    [Fact]
    public async Task ABatch_IsOneTrace_WithAnOperationForEachOfItsParts()
    {
        var key = $"traced/{Guid.NewGuid():N}";
        await SendAsync("/batch", new { operations = Enumerable.Range(0, 3).Select(i => new { op = "store", key = $"{key}/{i}", value = i }).ToArray() });

        var replica = await EndedAsync("replica");
        Assert.Equal("Microsoft.AspNetCore.Hosting.HttpRequestIn", Name(ChainOf(replica)[0]));
        Assert.Equal(3, _ended.Count(activity => activity.OperationName == "store"));
    }

    [Fact]
    public async Task NobodyWhoRecordsAnotherTrace_FindsThisOneInIt()
    {
        using var response = await _http.PostAsJsonAsync("/store", new { key = "untraced", value = 1 });
        Assert.True(response.IsSuccessStatusCode);
        await SendAsync("/fetch", new { key = "untraced" });
        await EndedAsync("fetch");
        Assert.DoesNotContain(_ended, activity => activity.OperationName == "store");
    }

    private static string Name(Activity activity) => activity.OperationName.Split(' ') switch
    {
        ["call" or "round", ..] words => words[0],
        _ => activity.OperationName,
    };

    private async Task SendAsync(string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("traceparent", $"00-{_trace}-{_caller}-01");
        using var response = await _http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The first of that name whose parents have all ended as well: the answer may leave before them.</summary>
    private async Task<Activity> EndedAsync(string name)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (_ended.FirstOrDefault(activity => activity.OperationName == name && ChainOf(activity)[0].ParentSpanId == _caller) is { } found) return found;
            Assert.True(watch.Elapsed < Deadline, $"expected {name} within {Deadline}, with all it is part of; saw {string.Join("; ", _ended.Select(activity => $"{activity.OperationName} {activity.SpanId} in {activity.ParentSpanId}"))}");
            await Task.Delay(20);
        }
    }

    private List<Activity> ChainOf(Activity activity)
    {
        var chain = new List<Activity> { activity };
        while (_ended.FirstOrDefault(other => other.SpanId == chain[0].ParentSpanId) is { } parent) chain.Insert(0, parent);
        return chain;
    }
}
