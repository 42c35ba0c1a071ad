using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Telemetry.Logs;

namespace Orleans.Kv.Silo.Observing;

/// <summary>
/// <c>GET</c> and <c>POST /log-level</c>, as the API host has them, for this silo. Where it has tokens, one of an administrator changes what it logs; where it has none, who may sign in on its
/// machine (or forward a port to its container) does, and nobody else.
/// </summary>
internal static class LogLevelPage
{
    /// <summary>A category and a level.</summary>
    public const int MaxBodyBytes = 4 * 1024;

    public static void Map(IEndpointRouteBuilder app, LogLevels levels, bool onlyFromHere)
    {
        app.MapGet("/log-level", context => Write(context, levels));
        app.MapPost("/log-level", context => Change(context, levels, onlyFromHere)).WithMetadata(SiloAccess.Administrators);
    }

    private static async Task Change(HttpContext context, LogLevels levels, bool onlyFromHere)
    {
        if (onlyFromHere && (context.Connection.RemoteIpAddress is not { } caller || !IPAddress.IsLoopback(caller)))
        {
            await SiloProblem.Write(context, StatusCodes.Status403Forbidden, "forbidden", "without --tokens a silo's log levels are changed from its own machine");
            return;
        }

        var (category, level, fault) = await Read(context);
        fault ??= levels.Set(category, level);
        if (fault is null) await Write(context, levels);
        else await SiloProblem.Write(context, StatusCodes.Status400BadRequest, "invalid-field", fault);
    }

    private static async Task<(string Category, LogLevel? Level, string? Fault)> Read(HttpContext context)
    {
        const string Shape = """the body must be a JSON object as {"category": "Orleans.Kv", "level": "Debug"}, with or without the category""";
        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            if (body.RootElement.ValueKind != JsonValueKind.Object) return ("", null, Shape);
            var category = LogLevels.Default;
            string? text = null;
            foreach (var member in body.RootElement.EnumerateObject())
            {
                if (member.Value.ValueKind != JsonValueKind.String || member.Name is not ("category" or "level")) return ("", null, Shape);
                if (member.Name == "category") category = member.Value.GetString()!;
                else text = member.Value.GetString();
            }

            if (text is null) return ("", null, "level: the field is required");
            return LogLevels.TryParse(text, out var level) ? (category, level, null) : ("", null, $"level: must be {LogLevels.Known}");
        }
        catch (Exception fault) when (fault is JsonException or BadHttpRequestException)
        {
            return ("", null, Shape);
        }
    }

    private static async Task Write(HttpContext context, LogLevels levels)
    {
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        writer.WriteStartObject();
        writer.WriteStartObject("levels");
        foreach (var (category, level) in levels.Current) writer.WriteString(category, level.ToString());
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
