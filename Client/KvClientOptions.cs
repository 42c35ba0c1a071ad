using System.Text.Json;

namespace Orleans.Kv.Client;

/// <summary>What a <see cref="KvClient"/> talks to, and how long it tries.</summary>
public sealed class KvClientOptions
{
    /// <summary>
    /// An API host remembers an operation's outcome under its id for two minutes. A call that went on for longer could carry its operation out a second time, so that none may.
    /// </summary>
    public static readonly TimeSpan MaxCallTimeout = TimeSpan.FromSeconds(100);

    /// <summary>The API hosts, any of which can serve any call. The first one is used until it fails, then the next.</summary>
    public IList<Uri> Endpoints { get; init; } = [];

    /// <summary>Who asks, where the API hosts have tokens: what <c>kv token create</c> printed.</summary>
    public string? Token { get; init; }

    /// <summary>How long one call may take with all its attempts. Above the 5 s after which an API host gives up by itself, so that a second one can be asked.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// After how long an attempt is given up for another one. An API host answers every operation within 5 s, with "unknown" if need be: what is silent for longer hangs.
    /// </summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>
    /// For how long a call goes on that was certainly not carried out (nobody listens, no cluster yet, a bound is met). Null: for <see cref="CallTimeout"/>. Zero, for programs whose user decides: until each endpoint was asked once.
    /// </summary>
    public TimeSpan? RefusalPatience { get; init; }

    /// <summary>The pause before the second round over the endpoints, half of it by chance; it doubles from round to round.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Where the doubling ends: about as long as a cluster needs to notice a dead silo.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether every write carries an operation id, so that one whose answer was lost is sent again and still happens once. The store remembers such a write for two minutes, and takes at most 4,096 of them on
    /// <em>one</em> key in that time: turn this off for keys that are written more often than 34 times a second for long. Then a write whose answer was lost is not repeated; it fails with <c>unknown-outcome</c>.
    /// </summary>
    public bool WriteOnce { get; init; } = true;

    /// <summary>The largest answer that is taken. A batch of fetches can ask for more than fits into memory.</summary>
    public long MaxAnswerBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>How typed access serializes where no <see cref="System.Text.Json.Serialization.Metadata.JsonTypeInfo"/> is given; null for the defaults of the web (camel case).</summary>
    public JsonSerializerOptions? Serialization { get; init; }

    /// <summary>What requests go through instead of a <see cref="SocketsHttpHandler"/> of the client's own: for proxies, certificates, credentials. The client disposes of it.</summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>The clock of deadlines and pauses.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the chance in pauses comes from. Clients with the same seed pause alike, which only a test wants.</summary>
    public int? Seed { get; init; }

    /// <summary>A watch that hears nothing, heartbeats (every 15 s) included, for so long connects anew.</summary>
    public TimeSpan WatchSilence { get; init; } = TimeSpan.FromSeconds(40);

    internal void Validate()
    {
        var errors = new List<string>();
        if (Endpoints.Count == 0) errors.Add($"{nameof(Endpoints)} is empty");
        errors.AddRange(Endpoints
            .Where(static endpoint => !endpoint.IsAbsoluteUri || endpoint.Scheme is not ("http" or "https"))
            .Select(static endpoint => $"'{endpoint}' in {nameof(Endpoints)} is not an http address"));
        if (Token is { } token && (token.Length == 0 || token.Any(static c => c is <= ' ' or > '~'))) errors.Add($"{nameof(Token)} is no token");
        if (CallTimeout <= TimeSpan.Zero || CallTimeout > MaxCallTimeout) errors.Add($"{nameof(CallTimeout)} is not between 0 and {MaxCallTimeout.TotalSeconds} s");
        if (AttemptTimeout <= TimeSpan.Zero) errors.Add($"{nameof(AttemptTimeout)} is not above 0");
        if (RefusalPatience < TimeSpan.Zero) errors.Add($"{nameof(RefusalPatience)} is below 0");
        if (FirstPause < TimeSpan.Zero || FirstPause > LongestPause) errors.Add($"{nameof(FirstPause)} is not between 0 and {nameof(LongestPause)}");
        if (MaxAnswerBytes is < 1 or > int.MaxValue) errors.Add($"{nameof(MaxAnswerBytes)} is not between 1 and {int.MaxValue}");
        if (WatchSilence <= TimeSpan.Zero) errors.Add($"{nameof(WatchSilence)} is not above 0");
        if (errors.Count > 0) throw new ArgumentException(string.Join("; ", errors));
    }
}
