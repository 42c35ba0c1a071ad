using System.IO.Pipelines;
using System.Text;
using Orleans.Kv.Client;

namespace Orleans.Kv.Tests.Client.Watching;

/// <summary>A watch over several connections is one sequence: nothing twice, nothing backwards, and the last state of every key.</summary>
public sealed class WatchTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FakeApi _api = new();
    private readonly CancellationTokenSource _end = new(Patience);

    public void Dispose()
    {
        _api.Dispose();
        _end.Dispose();
    }

    [Fact]
    public async Task Key_IsToldAsItComes_WithValuesOverSeveralLines()
    {
        using var client = ClientFactory.Of(_api.Stream(Text(
            "retry: 1000\n\n",
            Event("""{"type":"current","key":"k","value":"AP8=","contentType":"image/png","encoding":"base64","version":2}"""),
            ":\n\n",
            "id: 3\ndata: {\"type\":\"stored\",\"key\":\"k\",\"value\":[1,\ndata: 2],\"version\":3,\"modified\":\"2026-11-21T12:00:00.000Z\"}\n\n",
            Event("""{"type":"of a newer host","key":"k","version":4}"""),
            Event("""{"type":"expired","key":"k","version":5,"skipped":1}"""))));
        var events = await Take(client.WatchAsync("k", cancellation: _end.Token), 3);
        Assert.Equal([KvEventType.Current, KvEventType.Stored, KvEventType.Expired], events.Select(static one => one.Type));
        Assert.Equal([2, 3, 5], events.Select(static one => one.Version));
        Assert.Equal([0, 255], events[0].Value!.Bytes.ToArray());
        Assert.Equal([1, 2], events[1].Value!.As<int[]>()!);
        Assert.Equal((null, 1), (events[2].Value, events[2].Skipped));
        Assert.Equal("/watch?key=k", _api.Sent[0].Path);
    }

    [Fact]
    public async Task Key_AfterALostConnection_ResumesFromItsVersion_OnTheNextEndpoint()
    {
        var interruptions = new List<string>();
        using var client = ClientFactory.Of(
            _api.Stream(Text(Event("""{"type":"current","key":"a/ü","value":1,"version":2}"""))).Refuse()
                .Stream(Text(Event("""{"type":"stored","key":"a/ü","value":2,"version":2}"""), Event("""{"type":"stored","key":"a/ü","value":9,"version":9,"skipped":6}"""))),
            endpoints: 2);
        var events = await Take(client.WatchAsync("a/ü", new KvWatchOptions { Interrupted = failure => interruptions.Add(failure.Code) }, _end.Token), 2);
        Assert.Equal([2, 9], events.Select(static one => one.Version));
        Assert.Equal(6, events[1].Skipped);
        Assert.Equal(["a", "b", "a"], _api.Sent.Select(static sent => sent.Endpoint));
        Assert.Equal("/watch?key=a%2F%C3%BC&from=2", _api.Sent[2].Path);
        Assert.Equal([KvErrorCode.Unreachable, KvErrorCode.Unreachable], interruptions);
    }

    [Fact]
    public async Task Key_GoneWhileThereWasNoConnection_IsDeletedOnce()
    {
        using var client = ClientFactory.Of(_api
            .Stream(Text(Event("""{"type":"current","key":"k","value":1,"version":2}""")))
            .Stream(Text(Event("""{"type":"absent","key":"k","version":3}""")))
            .Stream(Text(Event("""{"type":"absent","key":"k","version":3}"""), Event("""{"type":"stored","key":"k","value":1,"version":4}"""))));
        var events = await Take(client.WatchAsync("k", cancellation: _end.Token), 3);
        Assert.Equal([KvEventType.Current, KvEventType.Deleted, KvEventType.Stored], events.Select(static one => one.Type));
        Assert.Equal([2, 3, 4], events.Select(static one => one.Version));
    }

    [Fact]
    public async Task From_OnTheFirstConnection_IsAnOrdinaryEvent()
    {
        using var client = ClientFactory.Of(_api.Stream(Text(Event("""{"type":"current","key":"k","value":1,"version":9}"""))));
        var events = await Take(client.WatchAsync("k", new KvWatchOptions { From = 5 }, _end.Token), 1);
        Assert.Equal((KvEventType.Stored, 9, 3), (events[0].Type, events[0].Version, events[0].Skipped));
        Assert.Equal("/watch?key=k&from=5", _api.Sent[0].Path);
    }

    [Fact]
    public async Task Prefix_AfterALostConnection_TellsOnlyWhatIsNews()
    {
        using var client = ClientFactory.Of(_api
            .Stream(Text(
                Event("""{"type":"current","key":"p/a","value":1,"version":1}"""), Event("""{"type":"current","key":"p/b","value":1,"version":1}"""),
                Event("""{"type":"current","key":"p/c","value":1,"version":1}"""), Event("""{"type":"ready"}"""), Event("""{"type":"deleted","key":"p/c","version":2}""")))
            .Stream(Text(
                Event("""{"type":"current","key":"p/a","value":1,"version":1}"""), Event("""{"type":"current","key":"p/d","value":5,"version":5}"""),
                Event("""{"type":"ready"}"""), Event("""{"type":"stored","key":"p/a","value":2,"version":2}"""))));
        var events = await Take(client.WatchPrefixAsync("p/", cancellation: _end.Token), 8);
        Assert.Equal(
            ["Current p/a 1", "Current p/b 1", "Current p/c 1", "Ready  0", "Deleted p/c 2", "Stored p/d 5", "Deleted p/b 0", "Stored p/a 2"],
            events.Select(static one => $"{one.Type} {one.Key} {one.Version}"));
    }

    [Fact]
    public async Task Silence_IsALostConnection()
    {
        var time = new Api.ManualTime();
        var quiet = new Pipe();
        using var client = ClientFactory.Of(
            _api.Stream(quiet.Reader.AsStream()).Stream(Text(Event("""{"type":"current","key":"k","value":1,"version":1}"""))), time: time);
        var taking = Take(client.WatchAsync("k", cancellation: _end.Token), 1);
        // A heartbeat in time, then nothing any more.
        time.Advance(TimeSpan.FromSeconds(39));
        await quiet.Writer.WriteAsync(":\n\n"u8.ToArray(), _end.Token);
        while (!taking.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
            _end.Token.ThrowIfCancellationRequested();
        }

        Assert.Equal(1, (await taking)[0].Version);
        Assert.Equal(2, _api.Sent.Count);
    }

    [Fact]
    public async Task WrongRequest_EndsTheWatch()
    {
        using var client = ClientFactory.Of(_api.Problem(400, "invalid-field"));
        var failure = await Assert.ThrowsAsync<KvException>(() => Take(client.WatchAsync("k", cancellation: _end.Token), 1));
        Assert.Equal("invalid-field", failure.Code);
    }

    [Fact]
    public async Task TooSlow_IsToldAndConnectsAnew()
    {
        var codes = new List<string>();
        using var client = ClientFactory.Of(_api
            .Stream(Text("event: error\ndata: {\"status\":429,\"code\":\"overloaded\",\"detail\":\"too slow\"}\n\n"))
            .Stream(Text(Event("""{"type":"absent","key":"k"}"""))));
        var events = await Take(client.WatchAsync("k", new KvWatchOptions { Interrupted = failure => codes.Add(failure.Code) }, _end.Token), 1);
        Assert.Equal((KvEventType.Absent, 0), (events[0].Type, events[0].Version));
        Assert.Equal(["overloaded"], codes);
    }

    [Fact]
    public async Task NeverConnected_GivesUpWhenACallWould()
    {
        foreach (var _ in Enumerable.Range(0, 1000)) _api.Refuse();
        using var client = ClientFactory.Of(_api, callTimeout: TimeSpan.FromMilliseconds(50));
        var failure = await Assert.ThrowsAsync<KvException>(() => Take(client.WatchAsync("k", cancellation: _end.Token), 1));
        Assert.Equal(KvErrorCode.Unreachable, failure.Code);
    }

    [Fact]
    public async Task Cancellation_EndsTheWatch()
    {
        using var client = ClientFactory.Of(_api.Stream(new Pipe().Reader.AsStream()));
        using var cancellation = new CancellationTokenSource();
        var taking = Take(client.WatchAsync("k", cancellation: cancellation.Token), 1);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking.WaitAsync(Patience));
    }

    private static string Event(string json) => $"data: {json}\n\n";

    private static MemoryStream Text(params string[] parts) => new(Encoding.UTF8.GetBytes(string.Concat(parts)));

    private static async Task<List<KvEvent>> Take(IAsyncEnumerable<KvEvent> events, int count)
    {
        var taken = new List<KvEvent>();
        await foreach (var one in events)
        {
            taken.Add(one);
            if (taken.Count == count) break;
        }

        return taken;
    }
}
