using System.Net;
using Microsoft.Net.Http.Headers;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Access;

/// <summary>
/// Lets a request through to its endpoint, or says what it lacks. Stands behind routing, so that the route decides: what a route asks for is said where it is mapped (<see cref="RouteRoles"/>), and one that says nothing is for
/// administrators.
/// <para>
/// A token comes as <c>Authorization: Bearer TOKEN</c>. Browsers cannot put that header on a WebSocket: it takes the token as a subprotocol, <c>bearer.TOKEN</c>, beside <see cref="WebSocketProtocol"/>, which is what the answer
/// names. It is not taken from the address, which ends in logs and histories.
/// </para>
/// </summary>
internal sealed partial class AccessControl(RequestDelegate next, TokenStore tokens, TimeProvider time, ILogger<AccessControl> logger)
{
    public const string WebSocketProtocol = "orleans-kv";

    private const string ProtocolPrefix = "bearer.";

    // A wrong token in a script is tried many times a second: one line says so for all of them.
    private static readonly TimeSpan LogPeriod = TimeSpan.FromSeconds(10);

    private long _loggedAt = long.MinValue;
    private int _refused;

    public Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        var required = endpoint?.Metadata.GetMetadata<RequiredRole>();
        if (required is { Role: null }) return next(context);
        var presented = Presented(context.Request);
        if (presented.IsEmpty) return ChallengeAsync(context, BearerScheme.Challenge, "this API host wants a token: Authorization: Bearer TOKEN");
        // Asked for before what it is about, so that a change between the two is not missed.
        var changed = tokens.Changed;
        if (tokens.Current.Find(presented) is not { } token)
        {
            LogRefusal(context.Connection.RemoteIpAddress);
            return ChallengeAsync(context, BearerScheme.InvalidToken, "the token is not one of those that this API host knows");
        }

        // Where there is no such route, or not by that method, whoever has a token hears of it.
        var needed = required?.Role ?? (endpoint is RouteEndpoint ? Role.Admin : Role.Read);
        context.Features.Set(new Bearer(token, tokens, changed));
        return token.Role >= needed ? next(context) : ForbidAsync(context, token, needed);
    }

    /// <summary>403: the token is good, and not for this.</summary>
    public static Task ForbidAsync(HttpContext context, Token token, Role needed)
    {
        context.Response.Headers.WWWAuthenticate = BearerScheme.InsufficientScope(needed);
        return ProblemWriter.WriteAsync(context, new Problem(StatusCodes.Status403Forbidden, ProblemCode.Forbidden, BearerScheme.Insufficient(token, needed)));
    }

    private static Task ChallengeAsync(HttpContext context, string challenge, string detail)
    {
        context.Response.Headers.WWWAuthenticate = challenge;
        return ProblemWriter.WriteAsync(context, new Problem(StatusCodes.Status401Unauthorized, ProblemCode.Unauthenticated, detail));
    }

    private static ReadOnlySpan<char> Presented(HttpRequest request)
    {
        if (request.Headers.Authorization is [{ } header])
            return BearerScheme.TryRead(header, out var token) ? token : "?";
        if (!request.Headers.ContainsKey(HeaderNames.SecWebSocketProtocol)) return [];
        foreach (var protocol in request.Headers.GetCommaSeparatedValues(HeaderNames.SecWebSocketProtocol))
        {
            if (protocol.StartsWith(ProtocolPrefix, StringComparison.Ordinal)) return protocol.AsSpan(ProtocolPrefix.Length);
        }

        return [];
    }

    private void LogRefusal(IPAddress? client)
    {
        Interlocked.Increment(ref _refused);
        var last = Volatile.Read(ref _loggedAt);
        if (last != long.MinValue && time.GetElapsedTime(last) < LogPeriod) return;
        if (Interlocked.CompareExchange(ref _loggedAt, time.GetTimestamp(), last) == last) LogRefused(Interlocked.Exchange(ref _refused, 0), client);
    }

    [LoggerMessage(652, LogLevel.Warning, "{Count} requests with a wrong token, the last one from {Client}", EventName = "WrongToken")]
    private partial void LogRefused(int count, IPAddress? client);
}
