using System.Diagnostics;
using Orleans.Kv.Telemetry.Export;

namespace Orleans.Kv.Api.Observing;

/// <summary>
/// Says on the web server's span which request it is, by OpenTelemetry's conventions for HTTP servers: ASP.NET Core calls all of them by one name, and what it can add itself has
/// the path in it, and so the key. This has the route's pattern instead.
/// </summary>
internal static class RequestSpan
{
    /// <summary>Behind routing. Where no collector is named, requests do not pass by it.</summary>
    public static void UseRequestSpans(this WebApplication app)
    {
        if (OtlpSettings.Read(Environment.GetEnvironmentVariable).Traces) app.Use(Describe);
    }

    private static async Task Describe(HttpContext context, RequestDelegate next)
    {
        if (Activity.Current is not { IsAllDataRequested: true } span)
        {
            await next(context);
            return;
        }

        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        span.DisplayName = route is null ? context.Request.Method : $"{context.Request.Method} {route}";
        span.SetTag("http.request.method", context.Request.Method);
        span.SetTag("http.route", route);
        try
        {
            await next(context);
        }
        finally
        {
            span.SetTag("http.response.status_code", context.Response.StatusCode);
            if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError) span.SetStatus(ActivityStatusCode.Error);
        }
    }
}
