using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Operations;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Keys;

/// <summary>
/// <c>PUT</c>, <c>GET</c> and <c>DELETE /key-value-store/{key}</c>: the operations <c>/store</c>, <c>/fetch</c> and <c>/delete</c> as a resource. The key stands in the path,
/// the answers are theirs, and the version is the <c>ETag</c>.
/// </summary>
internal sealed class KeyValueStoreEndpoints(KeyResource keys)
{
    private const string Path = "/key-value-store/{key}";

    public static void Map(IEndpointRouteBuilder app, KeyResource keys)
    {
        var endpoints = new KeyValueStoreEndpoints(keys);
        app.MapPut(Path, endpoints.PutAsync).Needs(Role.Write);
        app.MapMethods(Path, [HttpMethods.Get, HttpMethods.Head], endpoints.GetAsync).Needs(Role.Read);
        app.MapDelete(Path, endpoints.DeleteAsync).Needs(Role.Write);
    }

    private async Task PutAsync(HttpContext context)
    {
        WriteCondition condition = default;
        var problem = keys.Find(context, out var route)
            ?? WriteCondition.TryRead(context.Request, out condition)
            ?? KeyQuery.TryRead(context.Request, [], out _);
        OperationInput? input = null;
        if (problem is null)
        {
            var (read, tooLarge) = await BodyReader.ReadAsync(
                context, OperationShape.StoreAtPath.MaxBodyBytes, (keys.Routes, route), static (body, state) => Read(body, state.Routes, state.route));
            (input, problem) = (read?.Input, tooLarge ?? read?.Problem);
        }

        if (problem is null && condition.IsAny && (input!.IfVersion is not null || input.IfAbsent))
            problem = Problem.BadField(ProblemCode.InvalidField, input.IfAbsent ? "ifAbsent" : "ifVersion", "the headers give a condition already");
        OperationReply? reply = null;
        if (problem is null) (reply, problem) = await keys.WriteAsync(input!, condition);
        if (problem is not null)
        {
            await ProblemWriter.WriteAsync(context, problem);
            return;
        }

        KeyResource.Tag(context.Response, reply!);
        // An update by If-Match is a store to whoever asked.
        ReplyWriter.Write(context.Response, input!, reply!);
    }

    private async Task GetAsync(HttpContext context)
    {
        KeyQuery query = default;
        OperationReply? reply = null;
        var problem = keys.Find(context, out var route) ?? KeyQuery.TryRead(context.Request, [KeyQuery.Consistent], out query);
        if (problem is null) (reply, problem) = await keys.FetchAsync(route, query);
        if (problem is not null)
        {
            await ProblemWriter.WriteAsync(context, problem);
            return;
        }

        KeyResource.Tag(context.Response, reply!);
        KeyResource.Describe(context.Response, reply!);
        if (KeyResource.IsKnown(context.Request, reply!)) context.Response.StatusCode = StatusCodes.Status304NotModified;
        else ReplyWriter.Fetched(context.Response, route, reply!);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        WriteCondition condition = default;
        KeyQuery query = default;
        var problem = keys.Find(context, out var route)
            ?? WriteCondition.TryRead(context.Request, out condition)
            ?? KeyQuery.TryRead(context.Request, [KeyQuery.RequestId], out query);
        if (problem is null && condition.IfAbsent)
            problem = Problem.BadField(ProblemCode.InvalidField, "If-None-Match", "If-None-Match: what does not exist cannot be deleted");
        var input = new OperationInput(OperationCode.Delete, route) { RequestOrigin = query.RequestOrigin };
        OperationReply? reply = null;
        if (problem is null) (reply, problem) = await keys.WriteAsync(input, condition);
        if (problem is not null) await ProblemWriter.WriteAsync(context, problem);
        else ReplyWriter.Write(context.Response, input, reply!);
    }

    private static (OperationInput? Input, Problem? Problem) Read(ReadOnlySpan<byte> body, KeyRouteCache routes, KeyRoute route) =>
        (OperationReader.Read(body, OperationShape.StoreAtPath, routes, out var problem, route), problem);
}
