using System.Globalization;
using System.Text.Json;

namespace Orleans.Kv.Tests.Network.Clusters;

/// <summary>An API host's answer.</summary>
/// <param name="Status">The HTTP status; 0 where there was no answer.</param>
/// <param name="Body">As it was sent.</param>
/// <param name="Took">From before the request to after the answer.</param>
internal sealed record Reply(int Status, string Body, TimeSpan Took)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);

    /// <summary>The code of a problem document; null for any other answer.</summary>
    public string? Code => Status >= 400 && Json.TryGetProperty("code", out var code) ? code.GetString() : null;

    public long Value => Json.GetProperty("value").GetInt64();

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Status} {Body} after {Took.TotalMilliseconds:F0} ms");
}
