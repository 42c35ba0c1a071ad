using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace Orleans.Kv.Api.Problems;

/// <summary>Writes problem documents. Without a <c>type</c> member, which RFC 9457 reads as "the status says it all"; <c>code</c> tells them apart.</summary>
internal static class ProblemWriter
{
    private const string ContentType = "application/problem+json";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task WriteAsync(HttpContext context, Problem problem)
    {
        var buffer = Encode(problem);
        var response = context.Response;
        response.StatusCode = problem.Status;
        response.ContentType = ContentType;
        response.ContentLength = buffer.WrittenCount;
        if (problem.RetryLater) response.Headers.RetryAfter = "1";
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : response.BodyWriter.WriteAsync(buffer.WrittenMemory).AsTask();
    }

    /// <summary>The document alone, for what is no longer an HTTP answer.</summary>
    public static ArrayBufferWriter<byte> Encode(Problem problem)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Options)) Write(writer, problem);
        return buffer;
    }

    /// <summary>Writes the document as a JSON object.</summary>
    public static void Write(Utf8JsonWriter writer, Problem problem)
    {
        writer.WriteStartObject();
        writer.WriteString("title", ReasonPhrases.GetReasonPhrase(problem.Status));
        writer.WriteNumber("status", problem.Status);
        writer.WriteString("code", problem.Code);
        writer.WriteString("detail", problem.Detail);
        if (problem.Field is { } field) writer.WriteString("field", field);
        if (problem.Line is { } line)
        {
            writer.WriteStartObject("position");
            writer.WriteNumber("line", line);
            writer.WriteNumber("column", problem.Column ?? 1);
            writer.WriteEndObject();
        }

        if (problem.Version is { } version) writer.WriteNumber("version", version);
        if (problem.Stale) writer.WriteBoolean("stale", true);
        writer.WriteEndObject();
    }
}
