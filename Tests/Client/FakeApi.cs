using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Orleans.Kv.Tests.Client;

/// <summary>API hosts whose answers a test makes up: what was sent to which of them, in order, and what comes back.</summary>
internal sealed class FakeApi : HttpMessageHandler
{
    private readonly Queue<Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>>> _answers = [];
    private readonly List<(string Endpoint, string Path, string Body)> _sent = [];
    private readonly Lock _lock = new();

    public IReadOnlyList<(string Endpoint, string Path, string Body)> Sent
    {
        get
        {
            lock (_lock) return [.. _sent];
        }
    }

    public FakeApi Answer(int status, string body, string contentType = "application/json", int? retryAfter = null) => Then((_, _) =>
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        if (retryAfter is { } seconds) response.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(seconds));
        return Task.FromResult(response);
    });

    public FakeApi Problem(int status, string code, string more = "") =>
        Answer(status, $$"""{"title":"x","status":{{status}},"code":"{{code}}","detail":"about {{code}}"{{more}}}""", "application/problem+json");

    /// <summary>Nobody listens.</summary>
    public FakeApi Refuse() => Then((_, _) => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused"));

    /// <summary>The request may have arrived; the answer does not.</summary>
    public FakeApi Break() => Then((_, _) => throw new HttpRequestException(HttpRequestError.ResponseEnded, "the response ended"));

    /// <summary>Silence, until the client has had enough.</summary>
    public FakeApi Hang() => Then(async (_, cancellation) =>
    {
        await Task.Delay(Timeout.Infinite, cancellation);
        throw new InvalidOperationException("nobody waits for ever");
    });

    public FakeApi Stream(Stream body, string contentType = "text/event-stream") => Then((_, _) =>
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(body) };
        response.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        return Task.FromResult(response);
    });

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer;
        lock (_lock)
        {
            _sent.Add((request.RequestUri!.Host, request.RequestUri.PathAndQuery, body));
            if (!_answers.TryDequeue(out answer!)) throw new InvalidOperationException($"the test did not expect {request.Method} {request.RequestUri} {body}");
        }

        return await answer(request, cancellationToken);
    }

    private FakeApi Then(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer)
    {
        lock (_lock) _answers.Enqueue(answer);
        return this;
    }
}
