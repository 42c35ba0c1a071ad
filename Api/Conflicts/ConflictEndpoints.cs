using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Cluster;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Availability;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Conflicts;

/// <summary>
/// <c>GET /conflicts</c>: writes that lost against others when a partition healed, page by page. <c>DELETE /conflicts/{id}</c>: somebody has dealt with one. Both go to any silo,
/// which asks the others.
/// </summary>
internal static class ConflictEndpoints
{
    // The silo that is asked waits for others, and for a proposal where a conflict is deleted.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void MapConflicts(this IEndpointRouteBuilder app)
    {
        app.MapGet("/conflicts", ListAsync).Needs(Role.Read);
        app.MapDelete("/conflicts/{id}", DeleteAsync).Needs(Role.Write);
    }

    private static async Task ListAsync(HttpContext context, ICluster cluster, SiloInquiry inquiry)
    {
        if (ConflictQuery.Read(context.Request.Query, out var query) is { } problem)
        {
            await ProblemWriter.WriteAsync(context, problem);
            return;
        }

        var answer = await inquiry.AskAsync(Patience, coordinator => cluster.ListConflicts(coordinator, query.After, query.Limit), static _ => true);
        if (answer.Reply is { } page) await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, writer => ConflictWriter.Write(writer, page));
        else await ProblemWriter.WriteAsync(context, Later(ProblemCode.Unavailable, $"no silo could list the conflicts ({answer.Fault})"));
    }

    private static async Task DeleteAsync(HttpContext context, string id, ICluster cluster, SiloInquiry inquiry)
    {
        if (id.Length > ConflictQuery.MaxIdLength)
        {
            await ProblemWriter.WriteAsync(context, NoSuchConflict(id));
            return;
        }

        var answer = await inquiry.AskAsync(
            Patience, coordinator => cluster.DeleteConflict(coordinator, id), static deletion => deletion is ConflictDeletion.Done or ConflictDeletion.NotFound or ConflictDeletion.Invalid);
        if (ProblemOf(answer, id) is { } problem) await ProblemWriter.WriteAsync(context, problem);
        else await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, writer =>
        {
            writer.WriteString("id", id);
            writer.WriteBoolean("deleted", true);
        });
    }

    private static Problem? ProblemOf(SiloAnswer<ConflictDeletion> answer, string id) => answer switch
    {
        { IsAnswered: true, Reply: ConflictDeletion.Done } => null,
        { IsAnswered: true, Reply: ConflictDeletion.NotFound or ConflictDeletion.Invalid } => NoSuchConflict(id),
        { IsAnswered: true, Reply: ConflictDeletion.NoQuorum } => Later(ProblemCode.NoQuorum, "too few of the key's replicas can be reached; the conflict is listed still"),
        { WasAsked: false } => Later(ProblemCode.Unavailable, $"{answer.Fault}; the conflict is listed still"),
        _ => new Problem(
            StatusCodes.Status504GatewayTimeout,
            ProblemCode.UnknownOutcome,
            $"the conflict may be listed still or not; deleting it again is safe ({answer.Fault ?? "a silo could not say"})"),
    };

    // An id that is none names no conflict either: who asks for it learns the same.
    private static Problem NoSuchConflict(string id) =>
        new(StatusCodes.Status404NotFound, ProblemCode.NoSuchConflict, $"there is no conflict {(id.Length > ConflictQuery.MaxIdLength ? "with so long an id" : id)} (any more)");

    private static Problem Later(string code, string detail) => Problem.Later(StatusCodes.Status503ServiceUnavailable, code, detail);
}
