using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Cluster;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Statistics;

/// <summary><c>GET /statistics</c>: what the silos measure of themselves, and how operations went in the last minutes. What the dashboard's curves are drawn from.</summary>
internal static class StatisticsEndpoints
{
    // Two rounds that nobody answered, and a slow one: older than that, it is no news of the cluster any more.
    private static readonly TimeSpan Freshness = StatisticsSampler.Period * 4;

    public static void AddStatistics(this IServiceCollection services)
    {
        services.AddSingleton<StatisticsHistory>();
        services.AddHostedService<StatisticsSampler>();
    }

    public static void MapStatistics(this IEndpointRouteBuilder app) => app.MapGet("/statistics", GetAsync).Needs(Role.Read);

    private static async Task GetAsync(HttpContext context, StatisticsHistory history, TimeProvider time)
    {
        if (history.View(time.GetUtcNow(), Freshness) is not { } view)
        {
            await ProblemWriter.WriteAsync(
                context, Problem.Later(StatusCodes.Status503ServiceUnavailable, ProblemCode.Unavailable, "no silo has told this API host what it measures, so far or lately"));
            return;
        }

        context.Response.Headers.CacheControl = "no-store";
        var now = time.GetUtcNow();
        await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, writer => StatisticsWriter.Write(writer, view, now));
    }
}
