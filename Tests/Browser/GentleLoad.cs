using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Orleans.Kv.Tests.Browser;

/// <summary>A user who does a little of everything, so that there is something to be seen, until disposed of. What becomes of it is not looked at.</summary>
internal sealed class GentleLoad : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly HttpClient _http;
    private readonly CancellationTokenSource _stop = new();

    public GentleLoad(Uri api, int users = 1)
    {
        _http = new HttpClient { BaseAddress = api, Timeout = TimeSpan.FromSeconds(15) };
        for (var user = 0; user < users; user++) _ = Run(new Random(user));
    }

    /// <summary>Stores a value, given as JSON, and waits until it is.</summary>
    public async Task Store(string key, string value)
    {
        using var response = await Post("/store", $$"""{"key":{{JsonSerializer.Serialize(key)}},"value":{{value}}}""");
        response.EnsureSuccessStatusCode();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task Run(Random random)
    {
        while (!_stop.IsCancellationRequested)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"\"key\":\"user/{random.Next(2_000):0000}\"");
            var value = string.Create(CultureInfo.InvariantCulture, $"{{\"name\":\"visitor\",\"seen\":{random.Next(1_000_000)}}}");
            var (path, body) = random.Next(20) switch
            {
                < 11 => ("/fetch", $"{{{key}}}"),
                < 16 => ("/store", $"{{{key},\"value\":{value}}}"),
                < 18 => ("/update", $"{{{key},\"value\":{value}}}"),
                18 => ("/testset", $"{{{key},\"expect\":null,\"value\":{value}}}"),
                _ => ("/delete", $"{{{key}}}"),
            };
            try
            {
                using var response = await Post(path, body);
                await Task.Delay(Pause * random.NextDouble() * 2, _stop.Token);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or ObjectDisposedException)
            {
                // The test goes on, or is over.
            }
        }
    }

    private async Task<HttpResponseMessage> Post(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _http.PostAsync(path, content);
    }
}
