using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Observing;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Watching;

/// <summary><c>GET /watch</c>: what is there, then every change, over a WebSocket or as server-sent events; whichever the request asks for.</summary>
internal static class WatchEndpoints
{
    public static void AddWatching(this IServiceCollection services)
    {
        services.AddOptions<WatchOptions>().Validate(watch => !watch.Errors().Any(), "The options of watching contradict each other.").ValidateOnStart();
        services.TryAddSingleton<IChangeFeeds, OrleansChangeFeeds>();
        services.TryAddSingleton<IKeyReader, ClusterKeyReader>();
        services.AddSingleton(provider =>
        {
            var hub = new WatchHub(
                provider.GetRequiredService<IChangeFeeds>(),
                provider.GetRequiredService<IKeyReader>(),
                provider.GetRequiredService<IOptions<WatchOptions>>().Value,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<WatchHub>>());
            provider.GetRequiredService<ApiMetrics>().Watching = hub;
            return hub;
        });
    }

    public static void MapWatch(this IEndpointRouteBuilder app)
    {
        // WebSockets take a step in front of their endpoint, which no other request should pay for.
        var pipeline = app.CreateApplicationBuilder();
        pipeline.UseWebSockets();
        pipeline.Run(WatchAsync);
        app.MapGet("/watch", pipeline.Build()).Needs(Role.Read);
    }

    private static async Task WatchAsync(HttpContext context)
    {
        var services = context.RequestServices;
        if (ProblemOf(context, out var query) is { } problem)
        {
            await ProblemWriter.WriteAsync(context, problem);
            return;
        }

        // The host does not wait for those who watch: they are told to go, and find another one.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        using var end = new Revocation(context.Features.Get<Bearer>(), either.Token);
        var (watcher, refusal) = await services.GetRequiredService<WatchHub>().WatchAsync(query, end.Token);
        if (watcher is null)
        {
            await ProblemWriter.WriteAsync(context, refusal!);
            return;
        }

        using (watcher)
        {
            var (options, time) = (services.GetRequiredService<IOptions<WatchOptions>>().Value, services.GetRequiredService<TimeProvider>());
            // Who takes little at a time is bounded by what waits for them, and who takes nothing by SendPatience.
            if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate) rate.MinDataRate = null;
            if (context.WebSockets.IsWebSocketRequest) await new WatchSocket(watcher, options, time).RunAsync(context, end);
            else await new WatchStream(watcher, options, time).RunAsync(context, end.Token);
        }
    }

    private static Problem? ProblemOf(HttpContext context, out WatchQuery query)
    {
        if (WatchQuery.Read(context.Request.Query, context.Request.Headers["Last-Event-ID"], out query) is { } problem) return problem;
        if (context.WebSockets.IsWebSocketRequest)
        {
            // Browsers let any page open a WebSocket to any host, this machine's own included.
            return Origins.IsForeign(context.Request)
                ? new Problem(StatusCodes.Status403Forbidden, ProblemCode.ForeignOrigin, "a page from elsewhere may not watch: its Origin is not the host that it asks")
                : null;
        }

        return AcceptsEvents(context.Request)
            ? null
            : new Problem(StatusCodes.Status406NotAcceptable, ProblemCode.NotAcceptable, "this is a WebSocket, or text/event-stream: the request asks for neither");
    }

    private static bool AcceptsEvents(HttpRequest request)
    {
        if (request.Headers.Accept.Count == 0) return true;
        return MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
            && accepted.Any(type => type.Quality is not 0 && (type.MatchesAllTypes || type.IsSubsetOf(EventStream) || (type.MatchesAllSubTypes && type.Type.Equals("text", StringComparison.OrdinalIgnoreCase))));
    }

    private static MediaTypeHeaderValue EventStream { get; } = new("text/event-stream");
}
