using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Silo.Observing;

/// <summary>
/// Who may ask a silo's pages: the bearers of the tokens that API hosts know, with the role <c>read</c>, or <c>admin</c> to change something. Health is for everybody: those who ask for it
/// have no token, and it says nothing but yes or no and why.
/// </summary>
internal static class SiloAccess
{
    /// <summary>Of an endpoint that is for everybody.</summary>
    public static readonly object Open = new Needed(null);

    /// <summary>Of an endpoint that changes something. One that says nothing is for readers.</summary>
    public static readonly object Administrators = new Needed(Role.Admin);

    public static void AddTokens(IServiceCollection services, string file)
    {
        services.AddSingleton(provider => new TokenStore(file, TokenStore.DefaultReloadPeriod, TimeProvider.System, provider.GetRequiredService<ILogger<TokenStore>>()));
        services.AddHostedService(static provider => provider.GetRequiredService<TokenStore>());
    }

    /// <summary>Behind routing.</summary>
    public static void Use(WebApplication app)
    {
        // Now, and not with the first request: a file that cannot be read keeps the silo from starting.
        var tokens = app.Services.GetRequiredService<TokenStore>();
        app.Use((context, next) => Check(context, next, tokens));
    }

    private static Task Check(HttpContext context, RequestDelegate next, TokenStore tokens)
    {
        var needed = context.GetEndpoint()?.Metadata.GetMetadata<Needed>() ?? new Needed(Role.Read);
        if (needed.Role is not { } role) return next(context);
        if (context.Request.Headers.Authorization is not [{ } header]) return Challenge(context, BearerScheme.Challenge, "this silo wants a token: Authorization: Bearer TOKEN");
        var token = BearerScheme.TryRead(header, out var presented) ? tokens.Current.Find(presented) : null;
        if (token is null) return Challenge(context, BearerScheme.InvalidToken, "the token is not one of those that this silo knows");
        if (token.Role >= role) return next(context);
        context.Response.Headers.WWWAuthenticate = BearerScheme.InsufficientScope(role);
        return SiloProblem.Write(context, StatusCodes.Status403Forbidden, "forbidden", BearerScheme.Insufficient(token, role));
    }

    private static Task Challenge(HttpContext context, string challenge, string detail)
    {
        context.Response.Headers.WWWAuthenticate = challenge;
        return SiloProblem.Write(context, StatusCodes.Status401Unauthorized, "unauthenticated", detail);
    }

    private sealed record Needed(Role? Role);
}
