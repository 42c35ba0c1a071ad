using System.Net.Http.Headers;

namespace Orleans.Kv.Cli.Http;

/// <summary>Requests to an API host, with failures to reach it as sentences.</summary>
internal sealed class ApiClient(Uri address) : IDisposable
{
    // The API host answers within its own deadline of some seconds; this is for a host that hangs.
    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(20) };

    public Task<Answer> GetAsync(string path, CancellationToken cancellation) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellation);

    public Task<Answer> PostAsync(string path, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = content }, cancellation);
    }

    public Task<Answer> DeleteAsync(string path, CancellationToken cancellation) => SendAsync(new HttpRequestMessage(HttpMethod.Delete, path), cancellation);

    public void Dispose() => _http.Dispose();

    private async Task<Answer> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using (request)
        {
            try
            {
                using var response = await _http.SendAsync(request, cancellation);
                return new Answer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellation));
            }
            catch (HttpRequestException exception)
            {
                throw new CliException(ExitCodes.Unavailable, $"{address} does not answer: {exception.Message}");
            }
            catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new CliException(ExitCodes.Unavailable, $"{address} did not answer within {_http.Timeout.TotalSeconds:0} s; what became of the request is unknown.");
            }
        }
    }
}
