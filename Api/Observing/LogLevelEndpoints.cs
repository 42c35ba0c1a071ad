using System.Text.Json;
using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Cluster;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Interfaces.Security;
using Orleans.Kv.Telemetry.Logs;

namespace Orleans.Kv.Api.Observing;

/// <summary>
/// <c>GET</c> and <c>POST /log-level</c>: what this API host logs, and from now on. It is of this process alone, and until it ends; every silo has the same beside its metrics.
/// </summary>
internal static class LogLevelEndpoints
{
    public static void MapLogLevel(this IEndpointRouteBuilder app)
    {
        var levels = app.ServiceProvider.GetRequiredService<LogLevels>();
        app.MapGet("/log-level", context => WriteAsync(context, levels)).Needs(Role.Read);
        app.MapPost("/log-level", context => ChangeAsync(context, levels)).Needs(Role.Admin);
    }

    private static async Task ChangeAsync(HttpContext context, LogLevels levels)
    {
        var (input, problem) = await AdministrationReader.ReadAsync(context, AdministrationJson.Default.LogLevelInput);
        if (problem is null && input!.Level is null) problem = Problem.BadField(ProblemCode.MissingField, "level", "level: the field is required");
        LogLevel? level = null;
        if (problem is null && !LogLevels.TryParse(input!.Level!, out level))
            problem = Problem.BadField(ProblemCode.InvalidField, "level", $"level: must be {LogLevels.Known}");
        if (problem is null && levels.Set(input!.Category ?? LogLevels.Default, level) is { } fault)
            problem = Problem.BadField(ProblemCode.InvalidField, "category", $"category: {fault}");
        if (problem is not null) await ProblemWriter.WriteAsync(context, problem);
        else await WriteAsync(context, levels);
    }

    private static Task WriteAsync(HttpContext context, LogLevels levels) => JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, writer => Write(writer, levels));

    private static void Write(Utf8JsonWriter writer, LogLevels levels)
    {
        writer.WriteStartObject("levels");
        foreach (var (category, level) in levels.Current) writer.WriteString(category, level.ToString());
        writer.WriteEndObject();
    }
}
