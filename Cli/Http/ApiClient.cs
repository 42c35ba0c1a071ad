using System.Net;
using Orleans.Kv.Client;

namespace Orleans.Kv.Cli.Http;

/// <summary>Requests to an API host whose answers are printed as they are, with failures to reach it as sentences. What reads them as values uses <see cref="Kv"/>.</summary>
internal sealed class ApiClient(KvClientOptions options) : IDisposable
{
    /// <summary>The same API host. A lost answer is sent for again, under the request's id.</summary>
    public KvClient Kv { get; } = new(options);

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
            var answer = new Answer(response.Status, response.Body);
            if (response.Status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)) return answer;
            // The same to every command.
            using (answer) throw new CliException(Failures.CodeOf(response.Status), answer.Problem);
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
