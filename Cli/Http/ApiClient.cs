using Orleans.Kv.Client;

namespace Orleans.Kv.Cli.Http;

/// <summary>Requests to an API host whose answers are printed as they are, with failures to reach it as sentences. What reads them as values uses <see cref="Kv"/>.</summary>
internal sealed class ApiClient(Uri address) : IDisposable
{
    /// <summary>
    /// Who types a command wants to hear at once that nobody listens, or that there is no quorum. A lost answer is another matter: the request is sent again, under its id.
    /// </summary>
    public KvClient Kv { get; } = new(new KvClientOptions { Endpoints = [address], RefusalPatience = TimeSpan.Zero });

    public Task<Answer> GetAsync(string path, CancellationToken cancellation) => SendAsync(new KvRequest(HttpMethod.Get, path), cancellation);

    /// <summary>A request that may be carried out twice, or has an id by which it is recognised.</summary>
    public Task<Answer> PostAsync(string path, ReadOnlyMemory<byte> body, CancellationToken cancellation) =>
        SendAsync(new KvRequest(HttpMethod.Post, path) { Body = body, IsRepeatable = true }, cancellation);

    public Task<Answer> DeleteAsync(string path, CancellationToken cancellation) => SendAsync(new KvRequest(HttpMethod.Delete, path), cancellation);

    public void Dispose() => Kv.Dispose();

    private async Task<Answer> SendAsync(KvRequest request, CancellationToken cancellation)
    {
        try
        {
            var response = await Kv.SendAsync(request, cancellation);
            return new Answer(response.Status, response.Body);
        }
        catch (KvException exception) when (exception.Status is { } status)
        {
            // An answer all the same: some commands go on after it.
            return new Answer(status, Bodies.Problem(exception));
        }
        catch (KvException exception)
        {
            throw Failures.Of(exception);
        }
    }
}
