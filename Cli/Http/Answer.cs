using System.Net;
using System.Text;
using System.Text.Json;

namespace Orleans.Kv.Cli.Http;

/// <summary>An API host's answer: a status and a JSON document.</summary>
internal sealed class Answer : IDisposable
{
    private readonly JsonDocument _document;

    public Answer(HttpStatusCode status, ReadOnlyMemory<byte> body)
    {
        Status = status;
        Text = Encoding.UTF8.GetString(body.Span);
        try
        {
            _document = JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            throw new CliException(ExitCodes.Unavailable, $"the answer ({(int)status}) is not from an API host of Orleans.Kv.");
        }
    }

    public HttpStatusCode Status { get; }

    public string Text { get; }

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    public JsonElement Root => _document.RootElement;

    /// <summary>What a problem document says, as one sentence.</summary>
    public string Problem =>
        Root.ValueKind == JsonValueKind.Object && Root.TryGetProperty("detail", out var detail) && Root.TryGetProperty("code", out var code)
            ? $"{detail.GetString()} ({code.GetString()})"
            : $"the API host answered {(int)Status}";

    public void Dispose() => _document.Dispose();
}
