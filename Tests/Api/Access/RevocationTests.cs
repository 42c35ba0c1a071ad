using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Ftp;
using Orleans.Kv.Api.Hosting;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Api.Watching;
using Orleans.Kv.Interfaces.Security;
using Orleans.Kv.Tests.Api.Ftp;
using Orleans.Kv.Tests.Api.Hosting;
using Orleans.Kv.Tests.Api.Routing;
using Orleans.Kv.Tests.Api.Watching;

namespace Orleans.Kv.Tests.Api.Access;

/// <summary>Tokens come and go while hosts run.</summary>
public sealed class RevocationTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly TokenFile _file = new();
    private readonly HttpClient _http = new();
    private readonly FakeStore _store = new("a", "b");

    public void Dispose()
    {
        _http.Dispose();
        _file.Dispose();
    }

    [Fact]
    public async Task AChangeOfTheFile_CountsWithoutARestart()
    {
        _file.Add("keeper", "admin");
        await using var api = await StartAsync();
        var token = _file.Add("late", "read");
        await UntilAsync(api, token, HttpStatusCode.OK);
        _file.Remove("late");
        await UntilAsync(api, token, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task AFileWithAMistake_ChangesNothing()
    {
        var token = _file.Add("keeper", "admin");
        await using var api = await StartAsync();
        var tokens = api.Services.GetRequiredService<TokenStore>();
        var (before, changed) = (tokens.Current, tokens.Changed);
        foreach (var text in new[] { "", "nonsense", "keeper admin", new string('x', TokenSet.MaxFileBytes + 1) })
        {
            _file.Write(text);
            tokens.Refresh();
            Assert.Same(before, tokens.Current);
        }

        File.Delete(_file.Path);
        tokens.Refresh();
        Assert.Same(before, tokens.Current);
        Assert.False(changed.IsCancellationRequested);
        Assert.Equal(HttpStatusCode.OK, await ConfAsync(api, token));

        _file.Remove("nobody");
        tokens.Refresh();
        Assert.True(changed.IsCancellationRequested);
        Assert.NotNull(tokens.Current.Find(token));
    }

    [Fact]
    public void WithoutAUsableFile_AHostDoesNotStart_AndSaysWhy()
    {
        foreach (var (text, about) in new[] { ("x", "line 1"), ("", "no token"), (null, "tokens") })
        {
            if (text is null) File.Delete(_file.Path);
            else _file.Write(text);
            var options = new ApiOptions { Port = 0 };
            options.Access.TokensFile = _file.Path;
            var fault = Assert.ThrowsAny<Exception>(() => ApiHost.Build(options, web => web.Services.AddSingleton<ICluster>(new FakeCluster())));
            Assert.True(StartupFault.TryDescribe(fault, options, out var sentence));
            Assert.Contains("--tokens", sentence, StringComparison.Ordinal);
            Assert.Contains(about, sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AWatch_EndsWithItsToken_AndNoOtherDoes()
    {
        _store.Commit("k");
        _file.Add("keeper", "admin");
        var (going, staying) = (_file.Add("going", "write"), _file.Add("staying", "read"));
        await using var api = await StartAsync();
        using var leaving = await SocketAsync(api, going);
        using var remaining = await SocketAsync(api, staying);
        Assert.Equal(AccessControl.WebSocketProtocol, leaving.SubProtocol);
        await WatchApi.Message(leaving);
        await WatchApi.Message(remaining);
        var tokens = api.Services.GetRequiredService<TokenStore>();

        _file.Add("another", "read");
        tokens.Refresh();
        // A lesser role is another one, though it would do for a watch: what it was let in with is gone.
        _file.Replace("going", "write", "read");
        tokens.Refresh();
        Assert.Null(await NextButReadyAsync(leaving));
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, leaving.CloseStatus);
        Assert.StartsWith("unauthenticated", leaving.CloseStatusDescription, StringComparison.Ordinal);

        _file.Replace("staying", "read", "admin");
        tokens.Refresh();
        _store.Commit("k");
        Assert.Equal(2, (await NextButReadyAsync(remaining))!.Value.GetProperty("version").GetInt64());
    }

    [Fact]
    public async Task AnEventStream_EndsWithItsToken()
    {
        _store.Commit("k");
        _file.Add("keeper", "admin");
        var token = _file.Add("going", "read");
        await using var api = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(api.Address, "/watch?key=k"));
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Deadline);
        using var stream = new StreamReader(await response.Content.ReadAsStreamAsync());
        await WatchApi.Message(stream);

        _file.Remove("going");
        api.Services.GetRequiredService<TokenStore>().Refresh();
        while (await stream.ReadLineAsync().WaitAsync(Deadline) is not null)
        {
        }
    }

    [Fact]
    public async Task AWebSocketWithoutAToken_IsRefused()
    {
        _file.Add("keeper", "admin");
        await using var api = await StartAsync();
        foreach (var token in new[] { null, "keeper." + new string('0', 64) })
        {
            using var socket = new ClientWebSocket();
            if (token is not null) socket.Options.AddSubProtocol("bearer." + token);
            socket.Options.CollectHttpResponseDetails = true;
            await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(Watch(api), CancellationToken.None));
            Assert.Equal(HttpStatusCode.Unauthorized, socket.HttpStatusCode);
        }
    }

    [Fact]
    public async Task Ftp_TakesTokensAsPasswords_AndLetsReadersRead()
    {
        var (reader, writer) = (_file.Add("reader", "read"), _file.Add("writer", "write"));
        using var tokens = new TokenStore(_file.Path, TokenStore.DefaultReloadPeriod, TimeProvider.System, NullLogger<TokenStore>.Instance);
        await using var ftp = await FtpHarness.StartAsync(new FtpOptions { WrongPasswordPause = TimeSpan.Zero }, tokens: tokens);
        await using var writing = await FtpConnection.OpenAsync(ftp.Endpoint);
        await writing.Expect("220");
        await LogInAsync(writing, "writer", reader, "530");
        await LogInAsync(writing, "anonymous", "me", "530");
        await LogInAsync(writing, "writer", writer, "230");
        await writing.Expect("257", "MKD /d");

        await using var reading = await FtpConnection.OpenAsync(ftp.Endpoint);
        await reading.Expect("220");
        await LogInAsync(reading, "reader", reader, "230");
        await reading.Expect("250", "CWD /d");
        foreach (var command in new[] { "MKD /e", "XMKD /e", "RMD /d", "XRMD /d", "DELE /f", "RNFR /d", "RNTO /e", "STOR /f", "APPE /f", "STOU", "MFMT 20200101000000 /d" })
            Assert.Contains("Permission denied", await reading.Expect("550", command), StringComparison.Ordinal);

        _file.Remove("writer");
        tokens.Refresh();
        await writing.Expect("530", "RMD /d");
        await reading.Expect("257", "PWD");
    }

    private static async Task LogInAsync(FtpConnection connection, string user, string password, string code)
    {
        await connection.Expect("331", "USER " + user);
        await connection.Expect(code, "PASS " + password);
    }

    private static Uri Watch(FakeApi api) => new UriBuilder(api.Address) { Scheme = "ws", Path = "/watch", Query = "key=k" }.Uri;

    private static async Task<ClientWebSocket> SocketAsync(FakeApi api, string token)
    {
        var socket = new ClientWebSocket();
        // As a browser says who it is.
        socket.Options.AddSubProtocol(AccessControl.WebSocketProtocol);
        socket.Options.AddSubProtocol("bearer." + token);
        await socket.ConnectAsync(Watch(api), CancellationToken.None).WaitAsync(Deadline);
        return socket;
    }

    private static async Task<System.Text.Json.JsonElement?> NextButReadyAsync(ClientWebSocket socket)
    {
        while (true)
        {
            var next = await WatchApi.Message(socket);
            if (next?.GetProperty("type").GetString() != "ready") return next;
        }
    }

    private Task<FakeApi> StartAsync() => FakeApi.StartAsync(
        new FakeCluster { Coordinators = 3, Status = silo => ValueTask.FromResult(FakeApi.Status(silo)) },
        options => options.Access.TokensFile = _file.Path,
        web =>
        {
            web.Services.AddSingleton<IChangeFeeds>(_store);
            web.Services.AddSingleton<IKeyReader>(_store);
        });

    private async Task<HttpStatusCode> ConfAsync(FakeApi api, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(api.Address, "/conf"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await _http.SendAsync(request);
        return response.StatusCode;
    }

    private async Task UntilAsync(FakeApi api, string token, HttpStatusCode expected)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var seen = await ConfAsync(api, token);
            if (seen == expected) return;
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Deadline, $"expected {expected} within {Deadline}, saw {seen}");
            await Task.Delay(50);
        }
    }
}
