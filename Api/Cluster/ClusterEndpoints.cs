using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Interfaces.Cluster;

namespace Orleans.Kv.Api.Cluster;

/// <summary><c>GET /cluster</c>: the map and its nodes as the silos that answer see them.</summary>
internal static class ClusterEndpoints
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void MapCluster(this IEndpointRouteBuilder app) => app.MapGet("/cluster", GetAsync);

    private static async Task GetAsync(HttpContext context)
    {
        await context.RequestServices.GetRequiredService<ClusterMonitor>().RefreshAsync();
        if (context.RequestServices.GetRequiredService<ClusterView>().Merge() is not { } status)
        {
            await ProblemWriter.WriteAsync(
                context,
                Problem.Later(StatusCodes.Status503ServiceUnavailable, ProblemCode.Unavailable, "no silo answers this API host"));
            return;
        }

        var buffer = new ArrayBufferWriter<byte>(1024);
        await using (var writer = new Utf8JsonWriter(buffer, Options)) Write(writer, status);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(buffer.WrittenMemory);
    }

    private static void Write(Utf8JsonWriter writer, ClusterStatus status)
    {
        writer.WriteStartObject();
        writer.WriteNumber("epoch", status.Epoch);
        writer.WriteString("mode", status.Mode == 2 ? "AP" : "CP");
        writer.WriteString("leader", status.Leader);
        writer.WriteBoolean("migrating", status.Migrating);
        writer.WriteStartArray("nodes");
        foreach (var node in status.Nodes)
        {
            writer.WriteStartObject();
            writer.WriteString("name", node.Name);
            writer.WriteString("state", Name(node.State));
            if (node.Keys >= 0) writer.WriteNumber("keys", node.Keys);
            else writer.WriteNull("keys");
            writer.WriteNumber("pending", node.Pending);
            writer.WriteBoolean("member", node.Member);
            writer.WriteString("store", node.Store);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static string Name(NodeState state) => state switch
    {
        NodeState.Joining => "joining",
        NodeState.InSync => "in-sync",
        NodeState.CatchingUp => "catching-up",
        NodeState.Partitioned => "partitioned",
        NodeState.Draining => "draining",
        NodeState.Dead => "dead",
        // A newer silo's state: shown rather than hidden.
        _ => $"state-{(byte)state}",
    };
}
