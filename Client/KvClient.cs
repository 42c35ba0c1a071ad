using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Orleans.Kv.Client.Transport;
using Orleans.Kv.Client.Wire;

namespace Orleans.Kv.Client;

/// <summary>
/// A client of Orleans.Kv. One instance serves a whole program, from any number of threads.
/// </summary>
/// <remarks>
/// <para>
/// <em>Outcomes.</em> What a caller may expect (no such key, a condition that does not hold, a write that AP mode keeps without committing it) is a result. What it may not is a <see cref="KvException"/> with the
/// store's stable <see cref="KvException.Code"/>. Its <see cref="KvException.IsOutcomeUnknown"/> says whether a write may have been carried out all the same; where it is false, it was not and will not be.
/// </para>
/// <para>
/// <em>Retries.</em> A call goes on, from endpoint to endpoint and with growing pauses, until it has a definite answer or <see cref="KvClientOptions.CallTimeout"/> is over. Every write carries an operation id, the
/// same on each attempt, so that it happens once however often it is sent (<see cref="KvClientOptions.WriteOnce"/>). See <see cref="Transport.Sender"/> for the rules.
/// </para>
/// <para>
/// <em>Cancellation</em> stops the waiting, not the store: a cancelled write may have been carried out.
/// </para>
/// </remarks>
public sealed partial class KvClient : IDisposable
{
    /// <summary>As long as addresses behind a name may be remembered.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>A host that is down often does not even refuse; the next endpoint should not wait for long.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    private readonly KvClientOptions _options;
    private readonly HttpClient _http;
    private readonly EndpointRing _ring;
    private readonly Pauses _pauses;
    private readonly Sender _sender;
    private readonly string _session = Guid.NewGuid().ToString("N");
    private long _operations;

    /// <summary>A client of one API host.</summary>
    public KvClient(Uri endpoint)
        : this(new KvClientOptions { Endpoints = [endpoint] })
    {
    }

    /// <exception cref="ArgumentException">The options are wrong; the message has every error.</exception>
    public KvClient(KvClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _http = new HttpClient(options.Handler ?? new SocketsHttpHandler { PooledConnectionLifetime = ConnectionLifetime, ConnectTimeout = ConnectTimeout })
        {
            // The sender has deadlines of its own, and a watch has none.
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = options.MaxAnswerBytes,
        };
        if (options.Token is { } token) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _ring = new EndpointRing([.. options.Endpoints]);
        _pauses = new Pauses(options.FirstPause, options.LongestPause, options.Seed);
        _sender = new Sender(_http, _ring, _pauses, options);
    }

    /// <summary>The endpoint that is asked at present.</summary>
    public Uri Endpoint => _ring.Current;

    /// <summary>Sends a request to any resource and returns its final answer, good or bad.</summary>
    /// <exception cref="KvException">There was none.</exception>
    public Task<KvResponse> SendAsync(KvRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _sender.SendAsync(request, cancellation);
    }

    /// <summary>Closes its connections. Calls under way fail.</summary>
    public void Dispose() => _http.Dispose();

    private static KvRequest Read(string path, Action<Utf8JsonWriter> members) => new(HttpMethod.Post, path) { Body = Bodies.Of(members), IsRead = true, IsRepeatable = true };

    private static KvRequest Post(string path, ReadOnlyMemory<byte> body, bool isRepeatable) => new(HttpMethod.Post, path) { Body = body, IsRepeatable = isRepeatable };

    /// <summary>An id that no other operation has.</summary>
    private string? NewRequestId() => _options.WriteOnce ? string.Create(CultureInfo.InvariantCulture, $"{_session}-{Interlocked.Increment(ref _operations)}") : null;

    private async Task<Answer> AskAsync(KvRequest request, CancellationToken cancellation)
    {
        var response = await _sender.SendAsync(request, cancellation);
        return response.IsSuccess ? Answer.Read(response.Body) : throw response.ToException();
    }
}
