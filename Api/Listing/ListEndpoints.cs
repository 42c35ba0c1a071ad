using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Cluster;
using Orleans.Kv.Api.Operations;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Interfaces.Listing;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Listing;

/// <summary><c>POST /list</c>: the keys that exist, in their order, page by page.</summary>
internal static class ListEndpoints
{
    public static void MapListing(this IEndpointRouteBuilder app) => app.MapPost("/list", ListAsync).Needs(Role.Read);

    private static async Task ListAsync(HttpContext context, KeyPages pages)
    {
        var (input, problem) = await AdministrationReader.ReadAsync(context, ListJson.Default.ListInput, ListInput.MaxBodyBytes);
        if ((problem ?? input!.Check()) is { } refused)
        {
            await ProblemWriter.WriteAsync(context, refused);
            return;
        }

        var page = await pages.GetAsync(input!.Prefix ?? "", string.IsNullOrEmpty(input.After) ? null : input.After, input.Limit ?? ListInput.DefaultLimit);
        if (ProblemOf(page) is { } failed)
        {
            await ProblemWriter.WriteAsync(context, failed);
            return;
        }

        await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStrings("keys", page.Keys);
            writer.WriteString("next", page.Next);
            writer.WriteBoolean("stale", page.Stale);
        });
    }

    private static Problem? ProblemOf(KeyPage page) => page.Status switch
    {
        ReplyStatus.Done => null,
        ReplyStatus.Invalid => new Problem(StatusCodes.Status400BadRequest, ProblemCode.Invalid, page.Detail ?? "the store refused the question"),
        ReplyStatus.NoQuorum => Problem.Later(
            StatusCodes.Status503ServiceUnavailable, ProblemCode.NoQuorum, $"too few silos answer to know which keys there are ({page.Detail})"),
        _ => OutcomeProblems.OfRefusal(page.Status, page.Detail),
    };
}
