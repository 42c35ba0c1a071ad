using System.Net.Http.Headers;

namespace Orleans.Kv.Tests.Driving.Clients;

/// <summary>An API host as a client sees it: its address, and the way there, which is not the ordinary one for a client on another machine.</summary>
/// <param name="Url">Where it listens.</param>
/// <param name="Handler">Makes what the requests go through, one for each client; null for this machine's own network.</param>
/// <param name="Token">Says who the clients are; null where nobody asks.</param>
public sealed record Endpoint(Uri Url, Func<SocketsHttpHandler>? Handler = null, string? Token = null)
{
    public static implicit operator Endpoint(Uri url) => new(url);

    /// <summary>A client with connections of its own.</summary>
    public HttpClient Connect(TimeSpan patience, int connections = int.MaxValue)
    {
        var handler = Handler?.Invoke() ?? new SocketsHttpHandler();
        handler.MaxConnectionsPerServer = connections;
        var http = new HttpClient(handler) { BaseAddress = Url, Timeout = patience };
        if (Token is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return http;
    }
}
