using System.Text;
using Microsoft.Net.Http.Headers;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Api.Operations;

/// <summary>Media types as callers write them, brought into the form in which the store keeps them.</summary>
internal static class MediaType
{
    /// <summary>
    /// Reads a media type. Plain JSON becomes null, whatever its parameters: JSON is UTF-8, and a value must not have one form from <c>/store</c> and another from <c>/set</c>.
    /// All else is kept as it was written. The <paramref name="fault"/> says what is wrong with the text; null where nothing is.
    /// </summary>
    public static string? Normalize(string text, out string? fault)
    {
        fault = null;
        if (Encoding.UTF8.GetByteCount(text) > RegisterState.MaxContentTypeBytes) fault = $"must have at most {RegisterState.MaxContentTypeBytes} bytes";
        else if (!MediaTypeHeaderValue.TryParse(text, out var type) || type.MatchesAllTypes || type.MatchesAllSubTypes) fault = "is not a media type such as text/plain";
        else return type.MediaType.Equals(ContentTypes.Json, StringComparison.OrdinalIgnoreCase) ? null : text;
        return null;
    }

    /// <summary>Whether bytes of this type are JSON, and stand in JSON answers as they are.</summary>
    public static bool IsJson(string? contentType) => contentType is null || ContentTypes.IsJson(contentType);
}
