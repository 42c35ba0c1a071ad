using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Orleans.Kv.Interfaces.Changes;

namespace Orleans.Kv.Tests.Api.Watching;

public sealed class WatchEndpointsTests : IDisposable
{
    private readonly FakeStore _store = new("a", "b");
    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task AStream_TellsWhatIsThereAndEveryChange()
    {
        _store.Commit("k");
        await using var api = await WatchApi.Start(_store);
        using var stream = await api.Stream(_http, "key=k");
        Assert.Equal("""
            id: 1
            data: {"type":"current","key":"k","value":1,"version":1}
            """, await WatchApi.Message(stream));
        _store.Tell("a", new ChangeEntry
        {
            Key = "k", Version = 2, Kind = ChangeKind.Stored, Previous = 1, Value = "{ \"a\":\n1 }"u8.ToArray(), ModifiedUnixMilliseconds = 1_000, ExpiresUnixMilliseconds = 2_000,
        });
        // A line end within a value is one between lines of data, which the client puts together again.
        Assert.Equal("""
            id: 2
            data: {"type":"stored","key":"k","value":{ "a":
            data: 1 },"version":2,"modified":"1970-01-01T00:00:01.000Z","expires":"1970-01-01T00:00:02.000Z"}
            """, await WatchApi.Message(stream));
        _store.Tell("b", new ChangeEntry { Key = "k", Version = 3, Kind = ChangeKind.Stored, Previous = 2, Value = [0xff, 0], ContentType = "image/png" });
        Assert.Equal("""
            id: 3
            data: {"type":"stored","key":"k","value":"/wA=","contentType":"image/png","encoding":"base64","version":3}
            """, await WatchApi.Message(stream));
        _store.Tell("b", new ChangeEntry { Key = "k", Version = 4, Kind = ChangeKind.Expired, Previous = 3 });
        Assert.Equal("""
            id: 4
            data: {"type":"expired","key":"k","version":4}
            """, await WatchApi.Message(stream));
    }

    [Fact]
    public async Task AStreamThatComesBack_GoesOnWhereItWas()
    {
        for (var i = 0; i < 4; i++) _store.Commit("k");
        await using var api = await WatchApi.Start(_store);
        using var later = await api.Stream(_http, "key=k&from=1", lastEventId: 2);
        Assert.Equal("""
            id: 4
            data: {"type":"stored","key":"k","value":4,"version":4,"skipped":1}
            """, await WatchApi.Message(later));
        using var same = await api.Stream(_http, "key=k&from=4");
        _store.Commit("k");
        Assert.StartsWith("id: 5\n", await WatchApi.Message(same), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASocket_TellsWhatIsThereAndEveryChange()
    {
        _store.Commit("käse/1");
        await using var api = await WatchApi.Start(_store);
        using var socket = await api.Socket("prefix=k%C3%A4se%2F");
        Assert.Equal("""{"type":"current","key":"käse/1","value":1,"version":1}""", (await WatchApi.Message(socket))!.Value.GetRawText());
        Assert.Equal("""{"type":"ready"}""", (await WatchApi.Message(socket))!.Value.GetRawText());
        _store.Commit("käse/1", ChangeKind.Deleted);
        Assert.Equal("""{"type":"deleted","key":"käse/1","version":2}""", (await WatchApi.Message(socket))!.Value.GetRawText());
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(WatchApi.Deadline);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    [Fact]
    public async Task ASilentWatch_ShowsThatItLives()
    {
        await using var api = await WatchApi.Start(_store, options => options.Heartbeat = TimeSpan.FromMilliseconds(50));
        using var stream = await api.Stream(_http, "key=k");
        await WatchApi.Message(stream);
        Assert.Equal(":", await stream.ReadLineAsync().WaitAsync(WatchApi.Deadline));
    }

    [Theory]
    [InlineData("", "missing-field", "key")]
    [InlineData("key=a&prefix=b", "invalid-field", "prefix")]
    [InlineData("key=", "invalid-field", "key")]
    [InlineData("key=a&key=b", "duplicate-field", "key")]
    [InlineData("key=a&form=3", "unknown-field", "form")]
    [InlineData("key=a&from=x", "invalid-field", "from")]
    [InlineData("prefix=a&from=3", "invalid-field", "from")]
    public async Task ABadQuestion_IsRefusedByName(string query, string code, string field)
    {
        await using var api = await WatchApi.Start(_store);
        var (status, problem) = await Get(api, query, "text/event-stream");
        Assert.Equal((400, code, field), (status, problem.GetProperty("code").GetString(), problem.GetProperty("field").GetString()));
        using var socket = new ClientWebSocket { Options = { CollectHttpResponseDetails = true } };
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri(api.SocketAddress, "/watch?" + query), CancellationToken.None));
        Assert.Equal(HttpStatusCode.BadRequest, socket.HttpStatusCode);
    }

    [Fact]
    public async Task AKeyOfTooManyBytes_IsRefused()
    {
        await using var api = await WatchApi.Start(_store);
        Assert.Equal(400, (await Get(api, "key=" + new string('k', 1025), "text/event-stream")).Status);
        using var stream = await api.Stream(_http, "key=" + new string('k', 1024));
    }

    [Theory]
    [InlineData("text/html", 406)]
    [InlineData("application/json, text/plain", 406)]
    [InlineData("text/event-stream;q=0", 406)]
    public async Task WhatIsNeither_IsRefused(string accept, int expected)
    {
        await using var api = await WatchApi.Start(_store);
        var (status, problem) = await Get(api, "key=k", accept);
        Assert.Equal((expected, "not-acceptable"), (status, problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task APageFromElsewhere_MayNotWatch()
    {
        await using var api = await WatchApi.Start(_store);
        using var own = await api.Socket("key=k", api.Address.GetLeftPart(UriPartial.Authority));
        Assert.Equal("absent", (await WatchApi.Message(own))!.Value.GetProperty("type").GetString());
        foreach (var origin in (string[])["http://elsewhere.example", "null", $"http://{api.Address.Host}:1"])
        {
            var refused = await Assert.ThrowsAsync<WebSocketException>(() => api.Socket("key=k", origin));
            Assert.Contains("403", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ASocketThatReadsNothing_IsClosedWithAReason()
    {
        await using var api = await WatchApi.Start(_store, options => (options.MaxWaitingEvents, options.MaxWaitingBytes) = (50, 1 << 20));
        using var socket = await api.Socket("key=k");
        Assert.Equal("absent", (await WatchApi.Message(socket))!.Value.GetProperty("type").GetString());
        await Flood();
        var seen = 0L;
        while (await WatchApi.Message(socket) is { } message)
        {
            Assert.Equal(seen + 1, message.GetProperty("version").GetInt64());
            seen++;
        }

        Assert.Equal(WebSocketCloseStatus.PolicyViolation, socket.CloseStatus);
        Assert.StartsWith("too-slow: ", socket.CloseStatusDescription, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStreamThatReadsNothing_EndsWithAReason()
    {
        await using var api = await WatchApi.Start(_store, options => (options.MaxWaitingEvents, options.MaxWaitingBytes) = (50, 1 << 20));
        using var stream = await api.Stream(_http, "key=k");
        Assert.Contains("absent", await WatchApi.Message(stream), StringComparison.Ordinal);
        await Flood();
        string message;
        do message = await WatchApi.Message(stream);
        while (message.StartsWith("id: ", StringComparison.Ordinal));
        var lines = message.Split('\n');
        Assert.Equal("event: error", lines[0]);
        Assert.Equal("too-slow", JsonDocument.Parse(lines[1]["data: ".Length..]).RootElement.GetProperty("code").GetString());
        Assert.Equal("", await WatchApi.Message(stream));
    }

    [Fact]
    public async Task AHostThatStops_SaysSoAndDoesNotWait()
    {
        await using var api = await WatchApi.Start(_store);
        using var socket = await api.Socket("key=k");
        using var stream = await api.Stream(_http, "key=k");
        await WatchApi.Message(socket);
        await WatchApi.Message(stream);
        var stopping = api.Stop();
        Assert.Null(await WatchApi.Message(socket));
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, socket.CloseStatus);
        Assert.Equal("", await WatchApi.Message(stream));
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await stopping.WaitAsync(WatchApi.Deadline);
    }

    // More than the buffers between host and client take, in values that are not small.
    private async Task Flood()
    {
        for (var i = 0L; i < 400; i++)
        {
            _store.Tell("a", new ChangeEntry { Key = "k", Version = i + 1, Kind = ChangeKind.Stored, Previous = i, Value = System.Text.Encoding.UTF8.GetBytes('"' + new string('x', 100_000) + '"') });
            if (i % 20 == 0) await Task.Delay(5);
        }
    }

    private async Task<(int Status, JsonElement Problem)> Get(WatchApi api, string query, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(api.Address, "/watch?" + query));
        request.Headers.Accept.ParseAdd(accept);
        using var response = await _http.SendAsync(request);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }
}
