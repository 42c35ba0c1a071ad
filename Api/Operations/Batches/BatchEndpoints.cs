using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Keys;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Operations.Batches;

/// <summary>
/// <c>POST /batch</c>: many operations in one request, each with a result of its own. They are independent of each other, but for those on one key, which are carried out in their order.
/// </summary>
internal static class BatchEndpoints
{
    public static void MapBatches(this IEndpointRouteBuilder app) => app.MapPost("/batch", HandleAsync).Needs(Role.Read);

    private static async Task HandleAsync(HttpContext context, KeyRouteCache routes, Router router)
    {
        var (read, tooLarge) = await BodyReader.ReadAsync(
            context, OperationLimits.MaxBatchBytes, routes, static (body, cache) => (Items: BatchReader.Read(body, cache, out var problem), Problem: problem));
        if (read?.Items is not { } items)
        {
            await ProblemWriter.WriteAsync(context, tooLarge ?? read!.Value.Problem!);
            return;
        }

        var inputs = items.Where(static item => item.Input is not null).Select(static item => item.Input!).ToList();
        // Who may only read may read in batches too.
        if (context.Features.Get<Bearer>() is { Token: { Role: < Role.Write } token } && inputs.Any(static input => input.Code != OperationCode.Fetch))
        {
            await AccessControl.ForbidAsync(context, token, Role.Write);
            return;
        }

        var outcomes = await router.ExecuteBatchAsync(inputs);
        await BatchWriter.WriteAsync(context, items, outcomes);
    }
}
