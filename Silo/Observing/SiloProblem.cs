using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Orleans.Kv.Silo.Observing;

/// <summary>Problem documents (RFC 9457), of the same form as the API host's.</summary>
internal static class SiloProblem
{
    public static async Task Write(HttpContext context, int status, string code, string detail)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/problem+json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        writer.WriteStartObject();
        writer.WriteString("title", ReasonPhrases.GetReasonPhrase(status));
        writer.WriteNumber("status", status);
        writer.WriteString("code", code);
        writer.WriteString("detail", detail);
        writer.WriteEndObject();
    }
}
