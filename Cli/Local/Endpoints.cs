using System.Text.Json.Serialization;

namespace Orleans.Kv.Cli.Local;

/// <summary>What <c>up</c> tells the other commands about the cluster it runs.</summary>
/// <param name="Url">Where the API host listens.</param>
/// <param name="Storage">Where the silos keep their registers.</param>
/// <param name="Silos">The silos, with the ports they keep over restarts.</param>
internal sealed record Endpoints(string Url, string Storage, IReadOnlyList<SiloEndpoint> Silos);

/// <summary>One silo's name and ports.</summary>
internal sealed record SiloEndpoint(string Name, int SiloPort, int GatewayPort);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true)]
[JsonSerializable(typeof(Endpoints))]
internal sealed partial class EndpointsJson : JsonSerializerContext;
