using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Telemetry.Metrics;

namespace Orleans.Kv.Telemetry.Http;

/// <summary><c>GET /metrics</c>: what this process has measured, for Prometheus and whoever reads its format.</summary>
public static partial class MetricsEndpoint
{
    /// <summary>Maps the page. The <see cref="MetricsCollector"/> among the host's services counts from here on.</summary>
    public static IEndpointConventionBuilder MapMetrics(this IEndpointRouteBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var collector = app.ServiceProvider.GetRequiredService<MetricsCollector>();
        var logger = app.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("Orleans.Kv.Telemetry.Metrics");
        return app.MapGet("/metrics", context => WriteAsync(context, collector, logger));
    }

    private static async Task WriteAsync(HttpContext context, MetricsCollector collector, ILogger logger)
    {
        var families = collector.Collect(out var fault);
        if (fault is not null) LogFault(logger, fault);
        var page = new ArrayBufferWriter<byte>(32 * 1024);
        PrometheusText.Write(page, families);
        context.Response.ContentType = PrometheusText.ContentType;
        context.Response.ContentLength = page.WrittenCount;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.BodyWriter.WriteAsync(page.WrittenMemory, context.RequestAborted);
    }

    [LoggerMessage(2001, LogLevel.Warning, "Some of what is to be measured could not be", EventName = "NotMeasured")]
    private static partial void LogFault(ILogger logger, Exception fault);
}
