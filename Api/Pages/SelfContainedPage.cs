using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;
using Orleans.Kv.Api.Access;

namespace Orleans.Kv.Api.Pages;

/// <summary>A page with one script and one style inside it, which loads nothing from elsewhere, and may not.</summary>
internal static class SelfContainedPage
{
    public static void MapPage(this IEndpointRouteBuilder app, string path, string page)
    {
        var content = Encoding.UTF8.GetBytes(page);
        var policy = Policy(page);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}\"");
        app.MapGet(path, context =>
        {
            context.Response.Headers.ContentSecurityPolicy = policy;
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers["Referrer-Policy"] = "no-referrer";
            // Asked for anew each time, and sent only when it has changed.
            context.Response.Headers.CacheControl = "no-cache";
            return Results.Bytes(content, "text/html; charset=utf-8", entityTag: tag).ExecuteAsync(context);
        }).IsOpen();
    }

    // Keys and values are anybody's: should one of them ever come to be read as part of the page, it still could not run. Only this script and this style do, which are named by their hashes.
    private static string Policy(string page) =>
        $"default-src 'none'; script-src '{Hash(page, "script")}'; style-src '{Hash(page, "style")}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static string Hash(string page, string tag)
    {
        var start = page.IndexOf($"<{tag}>", StringComparison.Ordinal) + tag.Length + 2;
        var inside = page[start..page.IndexOf($"</{tag}>", StringComparison.Ordinal)];
        return $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(inside)))}";
    }
}
