using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Kv.Api.OpenApi;

/// <summary>
/// The OpenAPI description of this host, put together once from the files beside this one: <c>document.json</c> with what all share, and the paths of each area.
/// </summary>
/// <remarks>
/// Written by hand and not generated from the endpoints: these read bytes and write bytes, so that a generator would see no types in them. That it is complete, that its examples are
/// what the host takes and gives, and that it is OpenAPI at all is tested.
/// </remarks>
internal static class Description
{
    private const string Folder = "openapi/";
    private const string Shared = Folder + "document.json";

    private static readonly (string Status, string Name)[] Refusals = [("401", "Unauthenticated"), ("403", "Forbidden")];
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The document as JSON in UTF-8.</summary>
    public static byte[] Compose()
    {
        var document = Read(Shared);
        var paths = new JsonObject();
        var areas = typeof(Description).Assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Folder, StringComparison.Ordinal) && name != Shared);
        foreach (var area in areas.Order(StringComparer.Ordinal))
        {
            // Two files that describe one path are a mistake, and Add says so.
            foreach (var (path, item) in Read(area)["paths"]!.AsObject()) paths.Add(path, item!.DeepClone());
        }

        foreach (var operation in paths.SelectMany(static path => path.Value!.AsObject()).Where(static member => member.Key != "parameters")) AddRefusals(operation.Value!.AsObject());
        document.Insert(document.IndexOf("components"), "paths", paths);
        return JsonSerializer.SerializeToUtf8Bytes(document, Options);
    }

    // The same everywhere but where nobody is asked who they are.
    private static void AddRefusals(JsonObject operation)
    {
        if (operation["security"] is JsonArray { Count: 0 }) return;
        var responses = operation["responses"]!.AsObject();
        foreach (var (status, name) in Refusals)
        {
            var at = responses.TakeWhile(response => string.CompareOrdinal(response.Key, status) < 0).Count();
            responses.Insert(at, status, new JsonObject { ["$ref"] = $"#/components/responses/{name}" });
        }
    }

    private static JsonObject Read(string name)
    {
        using var stream = Resource.Open(name);
        return JsonNode.Parse(stream)!.AsObject();
    }
}
