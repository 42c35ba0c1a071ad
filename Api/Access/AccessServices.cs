using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Access;

/// <summary>Puts in front of the endpoints who decides about requests: tokens where there are any.</summary>
internal static class AccessServices
{
    public static void AddAccess(this IServiceCollection services, AccessOptions options)
    {
        services.AddSingleton(options);
        if (options.TokensFile is not { } file) return;
        services.AddSingleton(provider => new TokenStore(file, options.ReloadPeriod, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<TokenStore>>()));
        services.AddHostedService(static provider => provider.GetRequiredService<TokenStore>());
    }

    /// <summary>Behind routing.</summary>
    public static void UseAccess(this WebApplication app, AccessOptions options)
    {
        if (options.TokensFile is null)
        {
            app.UseMiddleware<BrowserGuard>();
            return;
        }

        // Now, and not with the first request: a file that cannot be read keeps the host from starting.
        _ = app.Services.GetRequiredService<TokenStore>();
        app.UseMiddleware<AccessControl>();
    }
}
