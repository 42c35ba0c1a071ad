using System.Text.Json.Serialization;

namespace Orleans.Kv.Api.Files;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(FileManifest))]
[JsonSerializable(typeof(Intent))]
internal sealed partial class FileJson : JsonSerializerContext;
