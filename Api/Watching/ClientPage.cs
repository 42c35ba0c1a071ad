using System.Text;
using Orleans.Kv.Api.OpenApi;
using Orleans.Kv.Api.Pages;

namespace Orleans.Kv.Api.Watching;

/// <summary><c>GET /client</c>: a page on which several people edit keys and see each other's changes.</summary>
internal static class ClientPage
{
    public static void MapClient(this IEndpointRouteBuilder app) => app.MapPage("/client", Encoding.UTF8.GetString(Resource.ReadAll("client.html")));
}
