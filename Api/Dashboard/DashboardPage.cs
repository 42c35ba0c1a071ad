using System.Text;
using Orleans.Kv.Api.OpenApi;
using Orleans.Kv.Api.Pages;

namespace Orleans.Kv.Api.Dashboard;

/// <summary>
/// <c>GET /dashboard</c>: the cluster as a page. It shows what the other routes say (<c>/cluster</c>, <c>/issynch</c>, <c>/statistics</c>, <c>/conflicts</c>, <c>/list</c>, <c>/watch</c>) and does nothing that they
/// cannot do, with the token that its user enters; so whoever may not do something cannot do it here either, and the page itself holds no secret. It is put together of the files beside this one and
/// loads nothing: it works where browsers reach nothing but this host.
/// </summary>
internal static class DashboardPage
{
    private static readonly string[] Scripts = ["page.js", "charts.js", "silos.js", "keys.js"];

    public static void MapDashboard(this IEndpointRouteBuilder app) => app.MapPage("/dashboard", Compose());

    internal static string Compose() => Read("dashboard.html")
        .Replace("/*style*/", Read("dashboard.css"), StringComparison.Ordinal)
        .Replace("/*script*/", string.Concat(Scripts.Select(Read)), StringComparison.Ordinal);

    private static string Read(string name) => Encoding.UTF8.GetString(Resource.ReadAll("dashboard/" + name));
}
