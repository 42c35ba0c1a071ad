using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Api.Hosting;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Api.Watching;
using Orleans.Kv.Tests.Api.Routing;

namespace Orleans.Kv.Tests.Api.Watching;

/// <summary>A real API host whose watchers are told of a store that a test plays.</summary>
internal sealed class WatchApi : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;

    private WatchApi(WebApplication app, Uri address) => (_app, Address) = (app, address);

    public Uri Address { get; }

    public Uri SocketAddress => new UriBuilder(Address) { Scheme = "ws" }.Uri;

    public static async Task<WatchApi> Start(FakeStore store, Action<WatchOptions>? configure = null)
    {
        var app = ApiHost.Build(new ApiOptions { Port = 0, LogLevel = LogLevel.Critical }, web =>
        {
            web.Services.AddSingleton<ICluster>(new FakeCluster());
            web.Services.AddSingleton<IChangeFeeds>(store);
            web.Services.AddSingleton<IKeyReader>(store);
            web.Services.Configure<WatchOptions>(options => configure?.Invoke(options));
        });
        await app.StartAsync();
        return new WatchApi(app, new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()));
    }

    public Task Stop() => _app.StopAsync();

    /// <summary>Opens a stream of server-sent events.</summary>
    public async Task<StreamReader> Stream(HttpClient http, string query, long? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address, "/watch?" + query));
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (lastEventId is { } id) request.Headers.Add("Last-Event-ID", $"{id}");
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Deadline);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new StreamReader(await response.Content.ReadAsStreamAsync());
    }

    public async Task<ClientWebSocket> Socket(string query, string? origin = null)
    {
        var socket = new ClientWebSocket();
        if (origin is not null) socket.Options.SetRequestHeader("Origin", origin);
        await socket.ConnectAsync(new Uri(SocketAddress, "/watch?" + query), CancellationToken.None).WaitAsync(Deadline);
        return socket;
    }

    /// <summary>The next message's lines up to the empty one, comments and retry hints left out.</summary>
    public static async Task<string> Message(StreamReader stream)
    {
        var lines = new List<string>();
        while (await stream.ReadLineAsync().WaitAsync(Deadline) is { } line)
        {
            if (line.Length > 0)
            {
                if (line[0] != ':' && !line.StartsWith("retry:", StringComparison.Ordinal)) lines.Add(line);
            }
            else if (lines.Count > 0)
            {
                break;
            }
        }

        return string.Join('\n', lines);
    }

    /// <summary>The next message of a socket; null when it is closed.</summary>
    public static async Task<JsonElement?> Message(ClientWebSocket socket)
    {
        var text = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).AsTask().WaitAsync(Deadline);
            if (part.MessageType == WebSocketMessageType.Close) return null;
            text.Write(buffer.AsSpan(0, part.Count));
            if (part.EndOfMessage) return JsonDocument.Parse(Encoding.UTF8.GetString(text.ToArray())).RootElement;
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
