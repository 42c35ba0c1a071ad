using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orleans.Kv.Api.Operations;
using Orleans.Kv.Api.Problems;

namespace Orleans.Kv.Api.Cluster;

/// <summary>Reads the small bodies of administrative requests; an empty body stands for one without fields.</summary>
internal static class AdministrationReader
{
    // A node's name and white space; nobody needs more.
    private const int MaxBodyBytes = 4 * 1024;

    public static async ValueTask<(T? Input, Problem? Problem)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, int maxBodyBytes = MaxBodyBytes)
        where T : class
    {
        var (read, tooLarge) = await BodyReader.ReadAsync(context, maxBodyBytes, type, static (body, type) => Parse(body, type));
        return read is { } parsed ? parsed : (null, tooLarge);
    }

    private static (T? Input, Problem? Problem) Parse<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            var input = JsonSerializer.Deserialize(body.IsEmpty ? "{}"u8 : body, type);
            return input is null ? (null, Problem.Malformed("the body must be a JSON object", 1, 1)) : (input, null);
        }
        catch (JsonException exception)
        {
            return (null, Explain(exception, type));
        }
    }

    private static Problem Explain<T>(JsonException exception, JsonTypeInfo<T> type)
    {
        var (line, column) = ((exception.LineNumber ?? 0) + 1, (exception.BytePositionInLine ?? 0) + 1);
        if (exception.Path is not { Length: > 2 } path) return Problem.Malformed("the body must be one JSON object with the fields that are documented", line, column);
        var name = path[2..];
        var isKnown = type.Properties.Any(property => property.Name == name);
        var problem = isKnown
            ? Problem.BadField(ProblemCode.InvalidField, name, $"{name}: is of another type, or appears more than once")
            : Problem.BadField(ProblemCode.UnknownField, name, $"{name}: this request has no such field");
        return problem with { Line = line, Column = column };
    }
}
