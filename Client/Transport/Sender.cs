using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Orleans.Kv.Client.Transport;

/// <summary>
/// Sends a request until it has a definite answer or its time is up, and says honestly which.
/// </summary>
/// <remarks>
/// <para>
/// What an attempt may come to: an <em>answer</em> that is final; a refusal that promises "not done" (503, 429), after which anybody may be asked again; a failure to connect, likewise; or <em>doubt</em>: the
/// connection broke, the time was up, or the API host itself says that it does not know (504). After doubt the request is sent again only if that is harmless, which is what operation ids are for: the store
/// answers the second one with the outcome of the first.
/// </para>
/// <para>
/// A refusal after doubt does not lift the doubt: it promises that <em>this</em> attempt was not carried out, and the one before may be yet. So a write that ends refused after an attempt in doubt ends as
/// <see cref="KvErrorCode.UnknownOutcome"/>.
/// </para>
/// <para>
/// <c>no-quorum</c> is asked of each endpoint once: another API host may stand on the larger side of a partition, but asking the same one again would turn a store that refuses at once into one that hangs.
/// </para>
/// </remarks>
internal sealed class Sender(HttpClient http, EndpointRing ring, Pauses pauses, KvClientOptions options)
{
    private readonly TimeProvider _time = options.TimeProvider;

    /// <summary>The final answer, good or bad.</summary>
    /// <exception cref="KvException">There was none.</exception>
    public async Task<KvResponse> SendAsync(KvRequest request, CancellationToken cancellation)
    {
        var started = _time.GetTimestamp();
        var withoutQuorum = new HashSet<Uri>();
        KvException? doubt = null;
        for (var attempts = 1; ; attempts++)
        {
            var endpoint = ring.Current;
            var attempt = await AttemptAsync(endpoint, request, Patience(options.CallTimeout - _time.GetElapsedTime(started)), cancellation);
            if (attempt.IsDoubt) doubt = attempt.Failure;
            if (attempt.Failure is null) return attempt.Response!;
            if (attempt.IsFinal) throw Honest(attempt.Failure, request, doubt);
            ring.Leave(endpoint);
            if (attempt.IsDoubt && !request.IsRepeatable) throw Honest(attempt.Failure, request, doubt);
            if (attempt.Failure.Code is KvErrorCode.NoQuorum or KvErrorCode.PendingFull && (!withoutQuorum.Add(endpoint) || withoutQuorum.Count == ring.Count))
                throw Honest(attempt.Failure, request, doubt);

            // The next one of a round is asked at once, the next round after a pause.
            var pause = attempts % ring.Count == 0 || attempt.RetryAfter > TimeSpan.Zero ? pauses.Next((attempts - 1) / ring.Count, attempt.RetryAfter) : TimeSpan.Zero;
            var patience = attempt.IsDoubt || attempts % ring.Count != 0 ? options.CallTimeout : options.RefusalPatience ?? options.CallTimeout;
            if (_time.GetElapsedTime(started) + pause >= patience) throw Honest(attempt.Failure, request, doubt);
            if (pause > TimeSpan.Zero) await Task.Delay(pause, _time, cancellation);
        }
    }

    private static KvException Honest(KvException failure, KvRequest request, KvException? doubt) => doubt is null || request.IsRead
        ? failure
        : failure.Code == KvErrorCode.UnknownOutcome
            ? failure
            : new KvException(KvErrorCode.UnknownOutcome, $"{doubt.Detail}; what became of the request is unknown", failure) { Status = failure.Status };

    private async Task<Attempt> AttemptAsync(Uri endpoint, KvRequest request, TimeSpan patience, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        using var message = Message(endpoint, request);
        try
        {
            using var response = await http.SendAsync(message, HttpCompletionOption.ResponseContentRead, either.Token);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token);
            return Judge(new KvResponse(response.StatusCode, body, response.Content.Headers.ContentType?.ToString()), response.Headers.RetryAfter);
        }
        catch (HttpRequestException exception) when (IsNotSent(exception))
        {
            return new Attempt { Failure = new KvException(KvErrorCode.Unreachable, $"{Name(endpoint)} does not answer: {exception.Message}", exception) };
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            var detail = string.Create(CultureInfo.InvariantCulture, $"the answer is larger than the {options.MaxAnswerBytes} bytes that this client takes");
            return new Attempt { IsDoubt = true, IsFinal = true, Failure = new KvException(KvErrorCode.BadAnswer, detail, exception) };
        }
        catch (HttpRequestException exception)
        {
            return Doubt($"the connection to {Name(endpoint)} broke: {exception.Message}", exception);
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            return Doubt(string.Create(CultureInfo.InvariantCulture, $"{Name(endpoint)} did not answer within {patience.TotalSeconds:0.#} s"), exception);
        }
    }

    // A pause that ended a little late leaves no less than a moment: a clock takes no negative time.
    private TimeSpan Patience(TimeSpan left) =>
        left > options.AttemptTimeout ? options.AttemptTimeout : left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);

    private static Attempt Doubt(string detail, Exception exception) => new() { IsDoubt = true, Failure = new KvException(KvErrorCode.UnknownOutcome, detail, exception) };

    private static string Name(Uri endpoint) => endpoint.GetLeftPart(UriPartial.Authority);

    private static bool IsNotSent(HttpRequestException exception) =>
        exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;

    private Attempt Judge(KvResponse response, RetryConditionHeaderValue? retryAfter)
    {
        switch (response.Status)
        {
            case HttpStatusCode.ServiceUnavailable:
                return new Attempt { Failure = Problem(response) };
            case HttpStatusCode.TooManyRequests:
                return new Attempt { Failure = Problem(response), RetryAfter = retryAfter?.Delta ?? options.FirstPause };
            case HttpStatusCode.GatewayTimeout:
                return new Attempt { IsDoubt = true, Failure = Problem(response) };
            case HttpStatusCode.BadGateway:
                // Of something in between.
                return new Attempt { IsDoubt = true, Failure = new KvException(KvErrorCode.UnknownOutcome, "the way to the API host failed (502)") { Status = response.Status } };
            case HttpStatusCode.InternalServerError:
                return new Attempt { IsDoubt = true, IsFinal = true, Failure = Problem(response) };
            default:
                return new Attempt { Response = response };
        }
    }

    // Something in between (a proxy, a load balancer) says 503 and 504 in words of its own.
    internal static KvException Problem(KvResponse response)
    {
        try
        {
            return response.ToException();
        }
        catch (KvException)
        {
            var code = response.Status switch
            {
                HttpStatusCode.ServiceUnavailable => KvErrorCode.Unavailable,
                HttpStatusCode.TooManyRequests => KvErrorCode.Overloaded,
                HttpStatusCode.GatewayTimeout => KvErrorCode.UnknownOutcome,
                >= HttpStatusCode.InternalServerError => KvErrorCode.Unavailable,
                _ => KvErrorCode.BadAnswer,
            };
            return new KvException(code, string.Create(CultureInfo.InvariantCulture, $"something that is not an API host answered {(int)response.Status}")) { Status = response.Status };
        }
    }

    internal static HttpRequestMessage Message(Uri endpoint, KvRequest request)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(endpoint, request.Path));
        if (request.Body is { } body)
        {
            message.Content = new ReadOnlyMemoryContent(body);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        }

        foreach (var (name, value) in request.Headers) message.Headers.TryAddWithoutValidation(name, value);
        return message;
    }

    private readonly record struct Attempt
    {
        public KvResponse? Response { get; init; }

        public KvException? Failure { get; init; }

        /// <summary>It may have been carried out, or may be yet.</summary>
        public bool IsDoubt { get; init; }

        /// <summary>Asking again would change nothing.</summary>
        public bool IsFinal { get; init; }

        public TimeSpan RetryAfter { get; init; }
    }
}
