using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Operations.Batches;

/// <summary>Writes the results of a batch: of each operation the status and the members that its own route would answer, or its problem document.</summary>
internal static class BatchWriter
{
    // What is written before the connection is given a chance to take it.
    private const int FlushBytes = 64 * 1024;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(HttpContext context, List<BatchItem> items, RoutedOutcome?[] outcomes)
    {
        context.Response.ContentType = "application/json";
        var output = context.Response.BodyWriter;
        await using var writer = new Utf8JsonWriter(output, Options);
        writer.WriteStartObject();
        writer.WriteStartArray("results");
        var written = 0L;
        var next = 0;
        foreach (var (input, problem) in items)
        {
            writer.WriteStartObject();
            if (input is null) Write(writer, problem!);
            else Write(writer, input, outcomes[next++]);
            writer.WriteEndObject();
            if (writer.BytesCommitted + writer.BytesPending - written < FlushBytes) continue;
            await writer.FlushAsync(context.RequestAborted);
            await output.FlushAsync(context.RequestAborted);
            written = writer.BytesCommitted;
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, OperationInput input, RoutedOutcome? outcome)
    {
        var problem = outcome is { } known
            ? OutcomeProblems.Of(known, input)
            : Problem.TooLarge(
                ProblemCode.AnswerTooLarge, null, "the values of this batch fill its answer; fetch this key in another one");
        if (problem is null) Write(writer, input, outcome!.Value.Reply!);
        else Write(writer, problem);
    }

    private static void Write(Utf8JsonWriter writer, Problem problem)
    {
        writer.WriteNumber("status", problem.Status);
        writer.WritePropertyName("problem");
        ProblemWriter.Write(writer, problem);
    }

    private static void Write(Utf8JsonWriter writer, OperationInput input, OperationReply reply)
    {
        var isAccepted = reply.Status == ReplyStatus.Accepted;
        var isCreated = input.Code == OperationCode.Store && reply.Created;
        writer.WriteNumber("status", isAccepted ? StatusCodes.Status202Accepted : isCreated ? StatusCodes.Status201Created : StatusCodes.Status200OK);
        if (input.Code != OperationCode.TestAndSet) writer.WriteString("key", input.Route.Utf8);
        if (isAccepted)
        {
            writer.WriteBoolean("committed", false);
            return;
        }

        switch (input.Code)
        {
            case OperationCode.Store:
                writer.WriteNumber("version", reply.Version);
                writer.WriteBoolean("created", reply.Created);
                break;
            case OperationCode.Update or OperationCode.Touch:
                writer.WriteNumber("version", reply.Version);
                break;
            case OperationCode.Delete:
                writer.WriteBoolean("deleted", true);
                break;
            case OperationCode.Fetch:
                WriteFetched(writer, reply);
                break;
            case OperationCode.TestAndSet:
                WriteTested(writer, input, reply);
                break;
            default:
                throw new InvalidOperationException($"no answer for {input.Code}");
        }
    }

    private static void WriteFetched(Utf8JsonWriter writer, OperationReply reply)
    {
        WriteValue(writer, reply.Value, reply.ContentType);
        writer.WriteNumber("version", reply.Version);
        WriteTime(writer, "modified", reply.ModifiedUnixMilliseconds);
        if (reply.ExpiresUnixMilliseconds > 0) WriteTime(writer, "expires", reply.ExpiresUnixMilliseconds);
        writer.WriteBoolean("stale", reply.Stale);
    }

    private static void WriteTested(Utf8JsonWriter writer, OperationInput input, OperationReply reply)
    {
        writer.WriteBoolean("swapped", reply.Swapped);
        writer.WriteNumber("version", reply.Version);
        if (reply.Swapped) WriteValue(writer, input.Value, input.ContentType);
        else if (reply.Value is not null || reply.Version == 0) WriteValue(writer, reply.Value, reply.ContentType);
    }

    private static void WriteValue(Utf8JsonWriter writer, byte[]? value, string? contentType)
    {
        writer.WritePropertyName("value");
        // With the members that say what it is: several, so that the writer's own check would not let them pass.
        writer.WriteRawValue(JsonBytes.Show(value, contentType), skipInputValidation: true);
    }

    private static void WriteTime(Utf8JsonWriter writer, string name, long unixMilliseconds) =>
        writer.WriteString(name, DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
}
