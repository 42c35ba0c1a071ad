using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;
using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.OpenApi;

namespace Orleans.Kv.Api.Watching;

/// <summary><c>GET /client</c>: a page on which several people edit keys and see each other's changes. One file, which loads nothing from elsewhere, and may not.</summary>
internal static class ClientPage
{
    public static void MapClient(this IEndpointRouteBuilder app)
    {
        var page = Resource.ReadAll("client.html");
        var policy = Policy(Encoding.UTF8.GetString(page));
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(page))[..16]}\"");
        app.MapGet("/client", context =>
        {
            context.Response.Headers.ContentSecurityPolicy = policy;
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers["Referrer-Policy"] = "no-referrer";
            // Asked for anew each time, and sent only when it has changed.
            context.Response.Headers.CacheControl = "no-cache";
            return Results.Bytes(page, "text/html; charset=utf-8", entityTag: tag).ExecuteAsync(context);
        }).IsOpen();
    }

    // Keys and values are anybody's: should one of them ever come to be read as part of the page, it still could not run. Only this script and this style do, which are named by their hashes.
    internal static string Policy(string page) =>
        $"default-src 'none'; script-src '{Hash(page, "script")}'; style-src '{Hash(page, "style")}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static string Hash(string page, string tag)
    {
        var start = page.IndexOf($"<{tag}>", StringComparison.Ordinal) + tag.Length + 2;
        var inside = page[start..page.IndexOf($"</{tag}>", StringComparison.Ordinal)];
        return $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(inside)))}";
    }
}
