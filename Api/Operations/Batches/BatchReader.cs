using System.Text.Json;
using System.Text.Unicode;
using Orleans.Kv.Api.Keys;
using Orleans.Kv.Api.Problems;

namespace Orleans.Kv.Api.Operations.Batches;

/// <summary>
/// Reads the body of a batch. What is no batch is refused as a whole: then nothing is done. An operation in it that asks for something impossible is a problem of its own, and the
/// others are carried out.
/// </summary>
internal static class BatchReader
{
    // The object and the array around each operation.
    private const int NestingOfOperations = 2;
    private const string Operations = "operations";

    private static readonly JsonReaderOptions Options = new() { MaxDepth = OperationLimits.MaxDepth + NestingOfOperations };

    /// <summary>Returns the operations in their order, or null with the problem of the body.</summary>
    public static List<BatchItem>? Read(ReadOnlySpan<byte> body, KeyRouteCache routes, out Problem? problem)
    {
        if (!Utf8.IsValid(body))
        {
            problem = BodyPosition.NotUtf8(body);
            return null;
        }

        try
        {
            return Split(body, out problem) is { } ranges ? ReadOperations(body, ranges, routes) : null;
        }
        catch (JsonException exception)
        {
            problem = Problem.Malformed(OperationReader.Explain(exception), (exception.LineNumber ?? 0) + 1, (exception.BytePositionInLine ?? 0) + 1);
            return null;
        }
    }

    private static List<Range>? Split(ReadOnlySpan<byte> body, out Problem? problem)
    {
        var json = new Utf8JsonReader(body, Options);
        List<Range>? ranges = null;
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject) return Refuse(body, json, ProblemCode.Malformed, null, "the body must be a JSON object", out problem);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (!json.ValueTextEquals("operations"u8))
                return Refuse(body, json, ProblemCode.UnknownField, OperationReader.Echo(json.ValueSpan), "a batch has no such field", out problem);
            if (ranges is not null) return Refuse(body, json, ProblemCode.DuplicateField, Operations, "the field appears more than once", out problem);
            json.Read();
            if (json.TokenType != JsonTokenType.StartArray) return Refuse(body, json, ProblemCode.WrongType, Operations, "must be an array", out problem);
            ranges = [];
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            {
                if (ranges.Count == OperationLimits.MaxBatchOperations)
                    return Refuse(body, json, ProblemCode.InvalidField, Operations, $"must have at most {OperationLimits.MaxBatchOperations} operations", out problem);
                var start = (int)json.TokenStartIndex;
                json.Skip();
                ranges.Add(start..(int)json.BytesConsumed);
            }
        }

        // Anything but white space after the object is an error that the tokenizer reports here.
        json.Read();
        problem = ranges is null ? Problem.BadField(ProblemCode.MissingField, Operations, $"{Operations}: the field is required") : null;
        return ranges;
    }

    private static List<BatchItem> ReadOperations(ReadOnlySpan<byte> body, List<Range> ranges, KeyRouteCache routes)
    {
        var items = new List<BatchItem>(ranges.Count);
        foreach (var range in ranges)
        {
            var operation = body[range];
            OperationInput? input = null;
            if (ShapeOf(operation, out var problem) is { } shape) input = OperationReader.Read(operation, shape, routes, out problem);
            items.Add(new BatchItem(input, problem is null ? null : Move(problem, BodyPosition.Of(body, range.Start.Value))));
        }

        return items;
    }

    private static OperationShape? ShapeOf(ReadOnlySpan<byte> operation, out Problem? problem)
    {
        var json = new Utf8JsonReader(operation, Options);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            problem = Problem.Malformed("an operation must be a JSON object", 1, 1);
            return null;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isOp = json.ValueTextEquals("op"u8);
            json.Read();
            if (!isOp)
            {
                json.Skip();
                continue;
            }

            problem = null;
            if (json.TokenType != JsonTokenType.String) Refuse(operation, json, ProblemCode.WrongType, "op", "must be a string", out problem);
            else if (BatchShapes.Of(json) is { } shape) return shape;
            else Refuse(operation, json, ProblemCode.InvalidField, "op", $"must be one of {BatchShapes.Names}", out problem);
            return null;
        }

        problem = Problem.BadField(ProblemCode.MissingField, "op", "op: the field is required") with { Line = 1, Column = 1 };
        return null;
    }

    // Positions are those of the whole body, which is what the caller wrote.
    private static Problem Move(Problem problem, (long Line, long Column) start) => problem.Line is not { } line
        ? problem
        : problem with { Line = start.Line + line - 1, Column = line == 1 ? start.Column + (problem.Column ?? 1) - 1 : problem.Column };

    private static List<Range>? Refuse(ReadOnlySpan<byte> body, in Utf8JsonReader json, string code, string? field, string detail, out Problem? problem)
    {
        var (line, column) = BodyPosition.Of(body, (int)json.TokenStartIndex);
        problem = field is null
            ? Problem.Malformed(detail, line, column)
            : Problem.BadField(code, field, $"{field}: {detail}") with { Line = line, Column = column };
        return null;
    }
}
