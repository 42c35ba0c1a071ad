using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Problems;

namespace Orleans.Kv.Api.Health;

/// <summary><c>GET /health/live</c>: the process answers. <c>GET /health/ready</c>: it can serve requests now.</summary>
internal static class HealthEndpoints
{
    private static readonly byte[] Live = "{\"status\":\"live\"}"u8.ToArray();
    private static readonly byte[] Ready = "{\"status\":\"ready\"}"u8.ToArray();

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", context => WriteAsync(context, Live)).IsOpen();
        app.MapGet("/health/ready", ReadyAsync).IsOpen();
    }

    private static async Task ReadyAsync(HttpContext context)
    {
        var missing = await context.RequestServices.GetRequiredService<Readiness>().CheckAsync();
        if (missing is null) await WriteAsync(context, Ready);
        else await ProblemWriter.WriteAsync(context, missing);
    }

    private static async Task WriteAsync(HttpContext context, byte[] body)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.BodyWriter.WriteAsync(body);
    }
}
