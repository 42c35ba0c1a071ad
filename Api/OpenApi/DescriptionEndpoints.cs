using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;
using Orleans.Kv.Api.Access;

namespace Orleans.Kv.Api.OpenApi;

/// <summary><c>GET /openapi/v1.json</c>: what this host takes and gives, as OpenAPI. <c>GET /docs</c>: the same as a page, which loads nothing from elsewhere.</summary>
internal static class DescriptionEndpoints
{
    // Scripts and styles are in the page itself; whatever a description might bring in is not loaded.
    private const string PagePolicy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'";

    public static void MapDescription(this IEndpointRouteBuilder app)
    {
        // When first asked for: a host that is never asked need not read it.
        var document = new Lazy<(byte[] Bytes, EntityTagHeaderValue Tag)>(static () => Tagged(Description.Compose()));
        var page = new Lazy<(byte[] Bytes, EntityTagHeaderValue Tag)>(static () => Tagged(Resource.ReadAll("docs.html")));
        app.MapGet("/openapi/v1.json", context => WriteAsync(context, document.Value, "application/json")).IsOpen();
        app.MapGet("/docs", context =>
        {
            context.Response.Headers.ContentSecurityPolicy = PagePolicy;
            return WriteAsync(context, page.Value, "text/html; charset=utf-8");
        }).IsOpen();
    }

    private static Task WriteAsync(HttpContext context, (byte[] Bytes, EntityTagHeaderValue Tag) file, string contentType)
    {
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(file.Bytes, contentType, entityTag: file.Tag).ExecuteAsync(context);
    }

    private static (byte[] Bytes, EntityTagHeaderValue Tag) Tagged(byte[] bytes) =>
        (bytes, new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}\""));
}
