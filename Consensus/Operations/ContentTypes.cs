namespace Orleans.Kv.Consensus;

/// <summary>The media types the core knows about.</summary>
public static class ContentTypes
{
    public const string Json = "application/json";
    public const string Bytes = "application/octet-stream";

    /// <summary>True for <c>application/json</c> and <c>…+json</c>, whatever the letter case and parameters.</summary>
    public static bool IsJson(string? contentType)
    {
        if (contentType is null)
            return false;
        if (ReferenceEquals(contentType, Json))
            return true;
        var type = contentType.AsSpan();
        var parameters = type.IndexOf(';');
        if (parameters >= 0)
            type = type[..parameters];
        type = type.Trim();
        return type.Equals(Json, StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }
}
