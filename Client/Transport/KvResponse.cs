using System.Net;
using System.Text;
using Orleans.Kv.Client.Wire;

namespace Orleans.Kv.Client;

/// <summary>An API host's whole answer.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The body.</param>
/// <param name="ContentType">The body's media type, where it has one.</param>
public sealed record KvResponse(HttpStatusCode Status, ReadOnlyMemory<byte> Body, string? ContentType)
{
    /// <summary>Whether the status is one of success.</summary>
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>What a problem document says.</summary>
    public KvException ToException() => Answer.Read(Body).ToException(Status);
}
