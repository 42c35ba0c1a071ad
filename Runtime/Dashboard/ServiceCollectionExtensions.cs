using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.Dashboard;

/// <summary>
/// A look at a cluster's silos and grains, under the calls of Orleans' own dashboard, and much plainer: one page without a script, with the membership table, the activations of each grain class on
/// each silo, and the calls of each method. Calls are measured on the silos while somebody looks, by a call filter; whichever silo the page's question arrives at asks the others.
/// </summary>
public static class ServiceCollectionExtensions
{
    /// <summary>On every silo: measures calls, and tells what it has measured.</summary>
    public static ISiloBuilder AddDashboard(this ISiloBuilder siloBuilder, Action<DashboardOptions>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(siloBuilder);
        Configure(siloBuilder.Services, configureOptions);
        siloBuilder.Services.AddOptions<GrainProfilerOptions>();
        siloBuilder.Services.AddSingleton<GrainProfiler>();
        siloBuilder.Services.AddSingleton<IIncomingGrainCallFilter>(static services => services.GetRequiredService<GrainProfiler>());
        siloBuilder.Services.AddSingleton<DashboardServiceClient>();
        return siloBuilder.AddGrainService<DashboardService>();
    }

    /// <summary>On a client whose process serves the page. The silos need it as well.</summary>
    public static IClientBuilder AddDashboard(this IClientBuilder clientBuilder, Action<DashboardOptions>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(clientBuilder);
        Configure(clientBuilder.Services, configureOptions);
        return clientBuilder;
    }

    /// <summary>Serves the page under the prefix. Who may see it is for the caller to say, by what is returned.</summary>
    public static RouteGroupBuilder MapOrleansDashboard(this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string? routePrefix = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        if (endpoints.ServiceProvider.GetService<DashboardMarker>() is null)
            throw new InvalidOperationException($"The dashboard's services are missing: call {nameof(AddDashboard)} on the silo's or the client's builder.");
        var group = endpoints.MapGroup(routePrefix ?? "");
        group.MapGet("/", static (HttpContext context) => Show(context));
        return group;
    }

    private static void Configure(IServiceCollection services, Action<DashboardOptions>? configure)
    {
        services.AddSingleton<DashboardMarker>();
        services.Configure(configure ?? (static _ => { }));
    }

    private static async Task Show(HttpContext context)
    {
        var options = context.RequestServices.GetRequiredService<IOptions<DashboardOptions>>().Value;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy = DashboardPage.Policy;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.ContentType = "text/html; charset=utf-8";
        string page;
        try
        {
            var report = await context.RequestServices.GetRequiredService<IGrainFactory>().GetGrain<IDashboardGrain>(0).Gather();
            page = DashboardPage.Of(report, options);
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException or InvalidOperationException or ArgumentException)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            page = DashboardPage.Without(fault.Message, options);
        }

        await context.Response.WriteAsync(page, context.RequestAborted);
    }

    /// <summary>Shows that the services were added: options alone are there always.</summary>
    private sealed class DashboardMarker;
}
