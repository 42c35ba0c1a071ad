using System.Text.Json;
using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Replication;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Cluster;

/// <summary>
/// <c>POST /issynch</c> and <c>GET /issynch</c>: whether every node, or the one that is named, has all that it should have, and what each is still owed. The nodes'
/// replication grains answer; a node whose grain does not answer is not in sync as far as anybody knows.
/// </summary>
internal static class SynchronyEndpoints
{
    public static void MapSynchrony(this IEndpointRouteBuilder app)
    {
        app.MapGet("/issynch", (HttpContext context, ICluster cluster) => AnswerAsync(context, cluster, node: null)).Needs(Role.Read);
        app.MapPost("/issynch", PostAsync).Needs(Role.Read);
    }

    private static async Task PostAsync(HttpContext context, ICluster cluster)
    {
        var (input, problem) = await AdministrationReader.ReadAsync(context, AdministrationJson.Default.SynchronyInput);
        if (problem is null && input!.Node is { Length: 0 })
            problem = Problem.BadField(ProblemCode.InvalidField, "node", "node: the name of a silo is not empty; leave the field out to ask about all of them");
        if (problem is not null) await ProblemWriter.WriteAsync(context, problem);
        else await AnswerAsync(context, cluster, input!.Node);
    }

    private static async Task AnswerAsync(HttpContext context, ICluster cluster, string? node)
    {
        await context.RequestServices.GetRequiredService<ClusterMonitor>().RefreshAsync();
        if (context.RequestServices.GetRequiredService<ClusterView>().Merge() is not { } status)
        {
            await ProblemWriter.WriteAsync(
                context, Problem.Later(StatusCodes.Status503ServiceUnavailable, ProblemCode.Unavailable, "no silo answers this API host"));
            return;
        }

        var asked = node is null ? status.Nodes : [.. status.Nodes.Where(one => one.Name == node)];
        if (node is not null && asked.Length == 0)
        {
            var names = string.Join(", ", status.Nodes.Select(one => one.Name));
            await ProblemWriter.WriteAsync(
                context, new Problem(StatusCodes.Status404NotFound, ProblemCode.NoSuchNode, $"there is no node {node}; there are {names}") { Field = "node" });
            return;
        }

        var time = context.RequestServices.GetRequiredService<TimeProvider>();
        var answers = await Task.WhenAll(asked.Select(one => NodeSynchrony.AskAsync(cluster, one, time)));
        var now = time.GetUtcNow();
        await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, writer =>
        {
            // A drained node is out of the map by an operator's wish: asked about all, it is not what keeps the cluster from being in sync. One that has yet to join is.
            writer.WriteBoolean("inSync", answers.All(answer => answer.IsInSync || (node is null && answer.IsDrained)));
            writer.WriteNumber("epoch", status.Epoch);
            writer.WriteStartArray("nodes");
            foreach (var answer in answers) Write(writer, answer, now);
            writer.WriteEndArray();
        });
    }

    private static void Write(Utf8JsonWriter writer, NodeSynchrony node, DateTimeOffset now)
    {
        writer.WriteStartObject();
        writer.WriteString("name", node.Name);
        writer.WriteString("state", ClusterEndpoints.Name(node.State));
        writer.WriteBoolean("inSync", node.IsInSync);
        writer.WriteString("reason", node.Reason);
        writer.WriteReachability(node.UnreachableSince, node.PendingWrites);
        if (node.Replication is { } replication) WriteOwed(writer, replication, now);
        writer.WriteEndObject();
    }

    private static void WriteOwed(Utf8JsonWriter writer, ReplicationStatus replication, DateTimeOffset now)
    {
        writer.WriteNumber("pending", replication.Pending);
        writer.WriteNumber("pendingSlots", replication.PendingSlots);
        writer.WriteNumber("differingSlots", replication.DifferingSlots);
        writer.WriteNumber("bytes", replication.Bytes);
        WriteTime(writer, "oldest", now, replication.OldestAge);
        WriteTime(writer, "lastSuccess", now, replication.LastSuccessAge);
        writer.WriteNumber("replayed", replication.Replayed);
        writer.WriteBoolean("replaying", replication.Replaying);
        writer.WriteStrings("unasked", replication.Unasked);
    }

    private static void WriteTime(Utf8JsonWriter writer, string name, DateTimeOffset now, long? age)
    {
        if (age is null) writer.WriteNull(name);
        else writer.WriteString(name, Timestamp.Of(now.AddMilliseconds(-age.Value)));
    }
}
