using System.Text.Json;
using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Modes;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Interfaces.Hosting;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Cluster;

/// <summary><c>GET /cluster</c>: the map and its nodes as the silos that answer see them.</summary>
internal static class ClusterEndpoints
{
    public static void MapCluster(this IEndpointRouteBuilder app) => app.MapGet("/cluster", GetAsync).Needs(Role.Read);

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

        await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, writer => Write(writer, status));
    }

    private static void Write(Utf8JsonWriter writer, ClusterStatus status)
    {
        writer.WriteNumber("epoch", status.Epoch);
        writer.WriteString("mode", ModeEndpoints.Name(status.Mode));
        writer.WriteString("leader", status.Leader);
        writer.WriteString("leaderSays", status.LeaderSays);
        writer.WriteBoolean("migrating", status.Migrating);
        WriteMigration(writer, "migration", status.Migration);
        WriteMigration(writer, "lastMigration", status.LastMigration);
        writer.WriteStrings("majorityLost", status.MajorityLost);
        writer.WriteString("apiVersion", BuildVersion.Current);
        writer.WriteStartArray("nodes");
        foreach (var node in status.Nodes)
        {
            writer.WriteStartObject();
            writer.WriteString("name", node.Name);
            writer.WriteString("state", Name(node.State));
            if (node.Keys >= 0) writer.WriteNumber("keys", node.Keys);
            else writer.WriteNull("keys");
            writer.WriteNumber("pending", node.Pending);
            writer.WriteNumber("pendingSlots", node.PendingSlots);
            writer.WriteBoolean("member", node.Member);
            writer.WriteString("store", node.Store);
            writer.WriteReachability(node.UnreachableSince, node.PendingWrites);
            writer.WriteString("version", node.Version);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>Since when the node cannot be reached, and what it has yet to merge; null is "it can be", and "nobody knows".</summary>
    public static void WriteReachability(this Utf8JsonWriter writer, long unreachableSince, long pendingWrites)
    {
        if (unreachableSince > 0) writer.WriteString("unreachableSince", Timestamp.Of(unreachableSince));
        else writer.WriteNull("unreachableSince");
        if (pendingWrites >= 0) writer.WriteNumber("pendingWrites", pendingWrites);
        else writer.WriteNull("pendingWrites");
    }

    private static void WriteMigration(Utf8JsonWriter writer, string name, MigrationStatus? migration)
    {
        if (migration is null)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartObject(name);
        writer.WriteNumber("slotsDone", migration.SlotsDone);
        writer.WriteNumber("slotsTotal", migration.SlotsTotal);
        writer.WriteNumber("keysMoved", migration.KeysMoved);
        writer.WriteNumber("keysPerSecond", Math.Round(migration.KeysPerSecond));
        writer.WriteString("waitingFor", migration.WaitingFor);
        writer.WriteEndObject();
    }

    public static string Name(NodeState state) => state switch
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
