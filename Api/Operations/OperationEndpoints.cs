using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Keys;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Operations;

/// <summary>
/// <c>POST /store</c>, <c>/fetch</c>, <c>/update</c>, <c>/delete</c>, <c>/testset</c> and <c>/touch</c>: read the body, route the operation, write its
/// outcome. The six differ in the fields they take and in how success looks.
/// </summary>
/// <remarks>
/// The media type of the body is not looked at: it is JSON or it is refused as malformed, and <c>curl -d</c> says something else.
/// </remarks>
internal static class OperationEndpoints
{
    public static void MapOperations(this IEndpointRouteBuilder app)
    {
        Map(app, "/store", OperationShape.Store);
        Map(app, "/fetch", OperationShape.Fetch);
        Map(app, "/update", OperationShape.Update);
        Map(app, "/delete", OperationShape.Delete);
        Map(app, "/testset", OperationShape.TestAndSet);
        Map(app, "/touch", OperationShape.Touch);
    }

    private static void Map(IEndpointRouteBuilder app, string path, OperationShape shape)
    {
        var endpoint = new Endpoint(shape, app.ServiceProvider.GetRequiredService<KeyRouteCache>(), app.ServiceProvider.GetRequiredService<Router>());
        app.MapPost(path, endpoint.HandleAsync).Needs(shape == OperationShape.Fetch ? Role.Read : Role.Write);
    }

    private sealed class Endpoint(OperationShape shape, KeyRouteCache routes, Router router)
    {
        public async Task HandleAsync(HttpContext context)
        {
            var (read, tooLarge) = await BodyReader.ReadAsync(
                context, shape.MaxBodyBytes, this, static (body, self) => self.Read(body));
            if (read?.Input is not { } input)
            {
                await ProblemWriter.WriteAsync(context, tooLarge ?? read!.Value.Problem!);
                return;
            }

            var outcome = await router.ExecuteAsync(input);
            if (OutcomeProblems.Of(outcome, input) is { } problem) await ProblemWriter.WriteAsync(context, problem);
            else ReplyWriter.Write(context.Response, input, outcome.Reply!);
        }

        private (OperationInput? Input, Problem? Problem) Read(ReadOnlySpan<byte> body) =>
            (OperationReader.Read(body, shape, routes, out var problem), problem);
    }
}
