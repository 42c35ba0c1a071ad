using System.Text.Json;
using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Security;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Api.Cluster;

/// <summary>
/// <c>POST /cluster/drain</c> and <c>POST /cluster/recover</c>: what operators change about the map. Both are safe to repeat. Which nodes there are
/// and how far they have come is <c>GET /cluster</c>.
/// </summary>
internal static class AdministrationEndpoints
{
    public static void MapAdministration(this IEndpointRouteBuilder app)
    {
        app.MapPost("/cluster/drain", DrainAsync).Needs(Role.Admin);
        app.MapPost("/cluster/recover", RecoverAsync).Needs(Role.Admin);
    }

    private static async Task DrainAsync(HttpContext context, ICluster cluster)
    {
        var (input, problem) = await AdministrationReader.ReadAsync(context, AdministrationJson.Default.DrainInput);
        if (problem is null && string.IsNullOrEmpty(input!.Node))
            problem = Problem.BadField(ProblemCode.MissingField, "node", "node: the field is required");
        if (problem is not null)
        {
            await ProblemWriter.WriteAsync(context, problem);
            return;
        }

        var reply = await AskAsync(context, () => cluster.Drain(input!.Node!));
        if (reply is null) return;
        problem = reply.Status switch
        {
            DrainStatus.Unknown => new Problem(StatusCodes.Status404NotFound, ProblemCode.NoSuchNode, reply.Detail) { Field = "node" },
            DrainStatus.LastNode => new Problem(StatusCodes.Status409Conflict, ProblemCode.LastNode, reply.Detail) { Field = "node" },
            DrainStatus.Dead => new Problem(StatusCodes.Status409Conflict, ProblemCode.NodeDead, reply.Detail) { Field = "node" },
            _ => null,
        };
        if (problem is not null)
        {
            await ProblemWriter.WriteAsync(context, problem);
            return;
        }

        var isDrained = reply.Status == DrainStatus.Drained;
        await JsonAnswer.WriteAsync(context, isDrained ? StatusCodes.Status200OK : StatusCodes.Status202Accepted, writer =>
        {
            writer.WriteString("node", input!.Node);
            writer.WriteBoolean("drained", isDrained);
            writer.WriteNumber("epoch", reply.Epoch);
            writer.WriteString("detail", reply.Detail);
        });
    }

    private static async Task RecoverAsync(HttpContext context, ICluster cluster)
    {
        var (input, problem) = await AdministrationReader.ReadAsync(context, AdministrationJson.Default.RecoverInput);
        if (problem is not null)
        {
            await ProblemWriter.WriteAsync(context, problem);
            return;
        }

        var reply = await AskAsync(context, () => cluster.Recover(input!.Apply));
        if (reply is null) return;
        problem = reply.Status switch
        {
            RecoverStatus.Impossible => new Problem(StatusCodes.Status409Conflict, ProblemCode.RecoverImpossible, reply.Detail),
            RecoverStatus.Superseded => Problem.Later(StatusCodes.Status409Conflict, ProblemCode.MapChanged, reply.Detail),
            _ => null,
        };
        if (problem is not null) await ProblemWriter.WriteAsync(context, problem);
        else await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, writer => Write(writer, reply));
    }

    private static void Write(Utf8JsonWriter writer, RecoverReply reply)
    {
        writer.WriteBoolean("needed", reply.Status != RecoverStatus.NotNeeded);
        writer.WriteBoolean("applied", reply.Status == RecoverStatus.Applied);
        writer.WriteNumber("epoch", reply.Epoch);
        writer.WriteStrings("lost", reply.Lost);
        writer.WriteStrings("survivors", reply.Survivors);
        writer.WriteNumber("slots", reply.Slots);
        writer.WriteNumber("slotsAtRisk", reply.SlotsAtRisk);
        writer.WriteNumber("slotsGone", reply.SlotsGone);
        writer.WriteString("detail", reply.Detail);
    }

    /// <summary>The leader's answer, or null when the request has been answered with why there is none.</summary>
    private static async Task<T?> AskAsync<T>(HttpContext context, Func<ValueTask<T>> ask)
        where T : class
    {
        try
        {
            return await ask();
        }
        // What is asked was checked before: an argument that is wrong all the same is this host's fault.
        catch (Exception exception) when (SiloFaults.IsOne(exception) && exception is not ArgumentException)
        {
            // Both requests may be repeated, whatever became of this one.
            await ProblemWriter.WriteAsync(
                context, Problem.Later(StatusCodes.Status503ServiceUnavailable, ProblemCode.Unavailable, $"the cluster's leader does not answer: {exception.Message}"));
            return null;
        }
    }
}
