using System.Text.Json.Serialization;
using Orleans.Kv.Api.Modes;
using Orleans.Kv.Api.Observing;

namespace Orleans.Kv.Api.Cluster;

/// <summary>The body of <c>POST /cluster/drain</c>.</summary>
internal sealed record DrainInput(string? Node);

/// <summary>The body of <c>POST /cluster/recover</c>.</summary>
internal sealed record RecoverInput(bool Apply = false);

/// <summary>The body of <c>POST /issynch</c>.</summary>
internal sealed record SynchronyInput(string? Node);

/// <summary>Strict, as operations are: what is misspelt must not be taken for what was meant.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(DrainInput))]
[JsonSerializable(typeof(RecoverInput))]
[JsonSerializable(typeof(SynchronyInput))]
[JsonSerializable(typeof(ModeInput))]
[JsonSerializable(typeof(LogLevelInput))]
internal sealed partial class AdministrationJson : JsonSerializerContext;
