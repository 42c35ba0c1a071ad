using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;
using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.OpenApi;
using Orleans.Kv.Api.Watching;

namespace Orleans.Kv.Api.Dashboard;

/// <summary>
/// <c>GET /dashboard</c>: the cluster as a page. It shows what the other routes say (<c>/cluster</c>, <c>/issynch</c>, <c>/statistics</c>, <c>/conflicts</c>, <c>/list</c>, <c>/watch</c>) and does nothing that they
/// cannot do, with the token that its user enters; so whoever may not do something cannot do it here either, and the page itself holds no secret. It is put together of the files beside this one and
/// loads nothing: it works where browsers reach nothing but this host.
/// </summary>
internal static class DashboardPage
{
    private static readonly string[] Scripts = ["page.js", "charts.js", "silos.js", "keys.js"];

    public static void MapDashboard(this IEndpointRouteBuilder app)
    {
        var page = Compose();
        var content = Encoding.UTF8.GetBytes(page);
        var policy = ClientPage.Policy(page);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}\"");
        app.MapGet("/dashboard", context =>
        {
            context.Response.Headers.ContentSecurityPolicy = policy;
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers["Referrer-Policy"] = "no-referrer";
            // Asked for anew each time, and sent only when it has changed.
            context.Response.Headers.CacheControl = "no-cache";
            return Results.Bytes(content, "text/html; charset=utf-8", entityTag: tag).ExecuteAsync(context);
        }).IsOpen();
    }

    internal static string Compose() => Read("dashboard.html")
        .Replace("/*style*/", Read("dashboard.css"), StringComparison.Ordinal)
        .Replace("/*script*/", string.Concat(Scripts.Select(Read)), StringComparison.Ordinal);

    private static string Read(string name) => Encoding.UTF8.GetString(Resource.ReadAll("dashboard/" + name));
}
