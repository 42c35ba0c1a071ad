namespace Orleans.Kv.Client;

/// <summary>A request to any of an API host's resources, for those that have no method of their own.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">Path and query, from the root, escaped as it goes over the wire.</param>
public sealed record KvRequest(HttpMethod Method, string Path)
{
    /// <summary>The body; null for none.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>The body's media type.</summary>
    public string ContentType { get; init; } = KvValue.Json;

    /// <summary>Further headers of the request.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether it changes nothing: then nobody needs to know whether it was carried out.</summary>
    public bool IsRead { get; init; } = Method == HttpMethod.Get || Method == HttpMethod.Head;

    /// <summary>Whether it may be carried out twice, or is recognised when it is (by its operation id). If not, it is sent again only where it was certainly not carried out.</summary>
    public bool IsRepeatable { get; init; } = Method == HttpMethod.Get || Method == HttpMethod.Head;
}
