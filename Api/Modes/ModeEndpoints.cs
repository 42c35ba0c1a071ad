using System.Text.Json;
using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Cluster;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Availability;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Modes;

/// <summary>
/// <c>GET /conf</c> and <c>POST /conf</c>: the cluster's consistency mode. Changed by whichever silo this host can reach, in the cluster map. The answer is 200 where every
/// silo of the map has confirmed it, and 202 where some have not: the mode is set and will be theirs as soon as they hear of it, but until then they act by the former one.
/// </summary>
internal static class ModeEndpoints
{
    // A silo waits two seconds for the others to confirm, and needs a moment for the map's authority before that.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public static void MapMode(this IEndpointRouteBuilder app)
    {
        app.MapGet("/conf", GetAsync).Needs(Role.Read);
        app.MapPost("/conf", PostAsync).Needs(Role.Admin);
    }

    private static async Task GetAsync(HttpContext context, ClusterMonitor monitor, ClusterView view)
    {
        await monitor.RefreshAsync();
        var mode = view.Mode();
        var problem = mode switch
        {
            null => Later(ProblemCode.Unavailable, "no silo answers this API host"),
            { Epoch: 0 } => Later(ProblemCode.Forming, "the cluster is forming and has no map yet"),
            _ => null,
        };
        if (problem is not null) await ProblemWriter.WriteAsync(context, problem);
        else await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, writer => Write(writer, mode!));
    }

    private static async Task PostAsync(HttpContext context, ICluster cluster, SiloInquiry inquiry)
    {
        var (input, problem) = await AdministrationReader.ReadAsync(context, AdministrationJson.Default.ModeInput);
        var mode = 0;
        problem ??= ModeInput.Check(input!, out mode);
        if (problem is not null)
        {
            await ProblemWriter.WriteAsync(context, problem);
            return;
        }

        var answer = await inquiry.AskAsync(
            Patience, coordinator => cluster.SetMode(coordinator, mode), static reply => reply.Status is ModeStatus.Done or ModeStatus.Invalid);
        problem = ProblemOf(answer);
        if (problem is not null)
        {
            await ProblemWriter.WriteAsync(context, problem);
            return;
        }

        var reply = answer.Reply!;
        var status = reply.Unconfirmed.Length == 0 ? StatusCodes.Status200OK : StatusCodes.Status202Accepted;
        await JsonAnswer.WriteAsync(context, status, writer => Write(writer, reply));
    }

    private static Problem? ProblemOf(SiloAnswer<ModeReply> answer) => answer switch
    {
        { Reply.Status: ModeStatus.Done } => null,
        { Reply.Status: ModeStatus.Forming } => Later(ProblemCode.Forming, "the cluster is forming and has no map yet; the mode was not set"),
        { Reply.Status: ModeStatus.Invalid } => Problem.BadField(ProblemCode.Invalid, "mode", answer.Reply.Detail ?? "the silos know no such mode"),
        { WasAsked: false } => Later(ProblemCode.Unavailable, $"{answer.Fault}; the mode was not set"),
        // Somebody may have set it before the answer was lost.
        _ => new Problem(
            StatusCodes.Status504GatewayTimeout,
            ProblemCode.UnknownOutcome,
            $"the mode may have been set or not; setting it again is safe ({answer.Reply?.Detail ?? answer.Fault ?? "the map's keeper cannot be reached"})"),
    };

    private static void Write(Utf8JsonWriter writer, ModeReply reply)
    {
        writer.WriteString("mode", Name(reply.Mode));
        writer.WriteNumber("v", reply.Mode);
        writer.WriteNumber("epoch", reply.Epoch);
        if (reply.Unconfirmed.Length == 0) return;
        writer.WriteStartArray("unconfirmed");
        foreach (var silo in reply.Unconfirmed)
        {
            writer.WriteStartObject();
            writer.WriteString("name", silo.Name);
            writer.WriteString("reason", silo.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>As it is written in answers.</summary>
    public static string Name(int mode) => mode == ModeInput.Available ? "AP" : "CP";

    private static Problem Later(string code, string detail) => Problem.Later(StatusCodes.Status503ServiceUnavailable, code, detail);
}
