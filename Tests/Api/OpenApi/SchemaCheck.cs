using System.Text.Json;

namespace Orleans.Kv.Tests.Api.OpenApi;

/// <summary>
/// Says where a JSON value is not what a schema of the description allows. Knows as much of JSON Schema as the description uses, and is stricter in one point: a member that an object's schema
/// does not name is wrong, since the description claims to be complete.
/// </summary>
internal sealed class SchemaCheck(JsonElement document)
{
    public IEnumerable<string> FaultsOf(JsonElement value, JsonElement schema, string at = "$")
    {
        schema = Resolve(schema);
        if (schema.TryGetProperty("type", out var type) && !Types(type).Any(name => Is(value, name)))
        {
            yield return $"{at}: {value.GetRawText()} is not {type}";
            yield break;
        }

        if (schema.TryGetProperty("enum", out var allowed) && !allowed.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value))) yield return $"{at}: {value} is not one of {allowed}";
        if (schema.TryGetProperty("const", out var constant) && !JsonElement.DeepEquals(constant, value)) yield return $"{at}: {value} is not {constant}";
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            foreach (var fault in value.EnumerateArray().SelectMany((one, i) => FaultsOf(one, items, $"{at}[{i}]"))) yield return fault;
        }

        if (value.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties)) yield break;
        foreach (var fault in FaultsOfObject(value, schema, properties, at)) yield return fault;
    }

    public JsonElement Resolve(JsonElement node)
    {
        while (node.ValueKind == JsonValueKind.Object && node.TryGetProperty("$ref", out var reference))
        {
            var target = document;
            foreach (var part in reference.GetString()!.Split('/').Skip(1)) target = target.GetProperty(part);
            node = target;
        }

        return node;
    }

    private IEnumerable<string> FaultsOfObject(JsonElement value, JsonElement schema, JsonElement properties, string at)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _))) yield return $"{at}.{name} is missing";
        }

        foreach (var member in value.EnumerateObject())
        {
            if (!properties.TryGetProperty(member.Name, out var property)) yield return $"{at}.{member.Name} is not described";
            else foreach (var fault in FaultsOf(member.Value, property, $"{at}.{member.Name}")) yield return fault;
        }
    }

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!) : [type.GetString()!];

    private static bool Is(JsonElement value, string type) => type switch
    {
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        _ => throw new NotSupportedException($"the test does not know the type {type}"),
    };
}
