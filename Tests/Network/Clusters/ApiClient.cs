using System.Diagnostics;
using System.Globalization;
using System.Text;
using Orleans.Kv.Tests.Driving.Clients;

namespace Orleans.Kv.Tests.Network.Clusters;

/// <summary>Asks one API host, and hears exactly what it says and how long that took.</summary>
internal sealed class ApiClient(Endpoint api) : IDisposable
{
    /// <summary>The API host gives every request an answer, "unknown" included, well within this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http = api.Connect(Patience);

    /// <summary>The last answer, for a wait's message.</summary>
    public string Last { get; private set; } = "nothing yet";

    public Task<Reply> Get(string path) => Send(HttpMethod.Get, path, null);

    public Task<Reply> Delete(string path) => Send(HttpMethod.Delete, path, null);

    public Task<Reply> Post(string path, string json) => Send(HttpMethod.Post, path, json);

    public Task<Reply> Store(string key, long value) =>
        Post("/store", string.Create(CultureInfo.InvariantCulture, $$"""{"key":"{{key}}","value":{{value}}}"""));

    public Task<Reply> Remove(string key) => Post("/delete", $$"""{"key":"{{key}}"}""");

    public Task<Reply> Fetch(string key, bool eventual = false) =>
        Post("/fetch", eventual ? $$"""{"key":"{{key}}","consistency":"eventual"}""" : $$"""{"key":"{{key}}"}""");

    public Task<Reply> SetMode(string mode) => Post("/conf", $$"""{"mode":"{{mode}}"}""");

    public void Dispose() => _http.Dispose();

    /// <summary>An API host that does not answer at all is a status of 0: what it means is for the test to say.</summary>
    private async Task<Reply> Send(HttpMethod method, string path, string? json)
    {
        var began = Stopwatch.GetTimestamp();
        Reply reply;
        try
        {
            using var request = new HttpRequestMessage(method, path);
            if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
            using var response = await _http.SendAsync(request);
            var body = await response.Content.ReadAsStringAsync();
            reply = new Reply((int)response.StatusCode, body, Stopwatch.GetElapsedTime(began));
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException or IOException)
        {
            reply = new Reply(0, fault.Message, Stopwatch.GetElapsedTime(began));
        }

        Last = reply.ToString();
        return reply;
    }
}
