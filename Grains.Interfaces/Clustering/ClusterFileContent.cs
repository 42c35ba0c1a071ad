using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>
/// What the cluster file holds: the membership table of one cluster, its cluster map, and who owns which store. One immutable
/// value, read and replaced as a whole, so that the table version and its rows are always seen together.
/// </summary>
/// <param name="ClusterId">The cluster this file belongs to; empty until the first silo writes.</param>
/// <param name="Sequence">Rises by one with every write of the file. The etag of the rows and of the table come from it.</param>
/// <param name="TableVersion">The membership table's version, as its protocol counts it.</param>
/// <param name="TableEtag">The membership table's etag.</param>
/// <param name="Members">The membership table's rows.</param>
/// <param name="MapEpoch">The epoch of <paramref name="Map"/>, or zero without one.</param>
/// <param name="Map">The cluster map in the core's own encoding, or null before the cluster formed.</param>
/// <param name="Nodes">The announced nodes by silo name, and the store that stands under each name.</param>
internal sealed record ClusterFileContent(
    string ClusterId,
    long Sequence,
    int TableVersion,
    string TableEtag,
    ImmutableArray<ClusterFileMember> Members,
    long MapEpoch,
    byte[]? Map,
    ImmutableSortedDictionary<string, ClusterFileNode> Nodes)
{
    /// <summary>What a later build has written besides: kept as it is, since that build's processes may share the file with this one. Likewise below.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }

    public static ClusterFileContent Empty { get; } =
        new("", 0, 0, "0", [], 0, null, ImmutableSortedDictionary.Create<string, ClusterFileNode>(StringComparer.Ordinal));
}

/// <summary>One row of the membership table.</summary>
internal sealed record ClusterFileMember(
    string Silo,
    string Etag,
    string Name,
    string Host,
    string Status,
    int GatewayPort,
    string? Role,
    DateTime StartTime,
    DateTime AliveTime,
    ImmutableArray<ClusterFileSuspicion> Suspicions,
    int UpdateZone,
    int FaultZone)
{
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>One silo's vote that another one is dead.</summary>
internal sealed record ClusterFileSuspicion(string By, DateTime Time);

/// <summary>
/// One announced node: which store stands under the name, which silo serves it, and what is known of it. The flags have defaults because files
/// written before there were any are still read.
/// </summary>
internal sealed record ClusterFileNode(string Store, string Silo, bool Draining = false, bool Durable = false, bool WasMember = false)
{
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>The file itself: its format, and the content with a checksum over the content's exact bytes.</summary>
internal sealed record ClusterFileEnvelope(int Format, string Checksum, JsonElement Content);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ClusterFileEnvelope))]
[JsonSerializable(typeof(ClusterFileContent))]
internal sealed partial class ClusterFileJson : JsonSerializerContext;
