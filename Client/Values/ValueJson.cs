using System.Text.Json.Serialization;

namespace Orleans.Kv.Client;

[JsonSerializable(typeof(string))]
internal sealed partial class ValueJson : JsonSerializerContext;
