using System.Text.Json;
using Microsoft.Net.Http.Headers;
using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Operations;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Keys;

/// <summary>
/// <c>POST</c> (or <c>PUT</c>) <c>/set/{key}</c> and <c>GET /get/{key}</c>: the body is the value, as it is, of the media type that the request names. What is read is what was
/// written, to the byte, with its <c>Content-Type</c>, its version as <c>ETag</c>, conditions and ranges as HTTP has them.
/// </summary>
/// <remarks>
/// A value comes from whoever may write, and is shown by browsers in the name of this host, whose other pages can change the cluster: answers forbid guessing another type
/// and put pages into a sandbox, where they run no scripts.
/// </remarks>
internal sealed class RawEndpoints(KeyResource keys)
{
    // What curl -d says of any body. Nobody who stores a value means it.
    private const string Form = "application/x-www-form-urlencoded";

    public static void Map(IEndpointRouteBuilder app, KeyResource keys)
    {
        var endpoints = new RawEndpoints(keys);
        app.MapMethods("/set/{key}", [HttpMethods.Post, HttpMethods.Put], endpoints.SetAsync).Needs(Role.Write);
        app.MapMethods("/get/{key}", [HttpMethods.Get, HttpMethods.Head], endpoints.GetAsync).Needs(Role.Read);
    }

    private async Task SetAsync(HttpContext context)
    {
        WriteCondition condition = default;
        KeyQuery query = default;
        OperationInput? input = null;
        OperationReply? reply = null;
        var problem = keys.Find(context, out var route)
            ?? WriteCondition.TryRead(context.Request, out condition)
            ?? KeyQuery.TryRead(context.Request, [KeyQuery.Ttl, KeyQuery.RequestId], out query);
        if (problem is null) (input, problem) = await ReadAsync(context, route, query);
        if (problem is null) (reply, problem) = await keys.WriteAsync(input!, condition);
        if (problem is not null)
        {
            await ProblemWriter.WriteAsync(context, problem);
            return;
        }

        KeyResource.Tag(context.Response, reply!);
        ReplyWriter.Write(context.Response, input!, reply!);
        // 200 whether the key is new or not, unlike /store: the body says which.
        if (reply!.Status == ReplyStatus.Done) context.Response.StatusCode = StatusCodes.Status200OK;
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

        var headers = context.Response.Headers;
        KeyResource.Describe(context.Response, reply!);
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "sandbox";
        // The framework's own file result knows every rule about conditions and ranges.
        await TypedResults.Bytes(
            reply!.Value.AsMemory(),
            reply.ContentType ?? ContentTypes.Json,
            enableRangeProcessing: true,
            lastModified: DateTimeOffset.FromUnixTimeMilliseconds(reply.ModifiedUnixMilliseconds),
            entityTag: reply.Version > 0 ? new EntityTagHeaderValue(WriteCondition.Tag(reply.Version)) : null).ExecuteAsync(context);
        if (ProblemOf(context.Response.StatusCode, reply) is { } refused) await ProblemWriter.WriteAsync(context, refused);
    }

    // The framework's result leaves these without a body.
    private static Problem? ProblemOf(int status, OperationReply reply) => status switch
    {
        StatusCodes.Status412PreconditionFailed => new Problem(status, ProblemCode.ConditionFailed, $"the key is at version {reply.Version}") { Version = reply.Version },
        StatusCodes.Status416RangeNotSatisfiable => Problem.BadField(ProblemCode.InvalidField, "Range", "Range: the value has no such bytes") with { Status = status },
        _ => null,
    };

    private static async ValueTask<(OperationInput? Input, Problem? Problem)> ReadAsync(HttpContext context, KeyRoute route, KeyQuery query)
    {
        var named = context.Request.ContentType;
        var isUnsaid = string.IsNullOrEmpty(named) || named.StartsWith(Form, StringComparison.OrdinalIgnoreCase);
        string? type = null;
        string? fault = null;
        if (!isUnsaid) type = MediaType.Normalize(named!, out fault);
        if (fault is not null) return (null, Problem.BadField(ProblemCode.InvalidField, "Content-Type", $"Content-Type: {fault}"));

        var (read, tooLarge) = await BodyReader.ReadAsync(
            context, OperationLimits.MaxValueBytes, (type, isUnsaid), static (body, state) => Take(body, state.type, state.isUnsaid));
        if (tooLarge is not null) return (null, tooLarge with { Code = ProblemCode.ValueTooLarge, Field = "value" });
        var (value, contentType, problem) = read!.Value;
        return problem is not null
            ? (null, problem)
            : (new OperationInput(OperationCode.Store, route)
            {
                Value = value,
                ContentType = contentType,
                TtlMilliseconds = query.TtlMilliseconds,
                RequestOrigin = query.RequestOrigin,
            }, null);
    }

    // Where nobody has said what the bytes are, they are JSON if they can be: then JSON requests show them as they are.
    private static (byte[]? Value, string? ContentType, Problem? Problem) Take(ReadOnlySpan<byte> body, string? type, bool isUnsaid)
    {
        if (!MediaType.IsJson(type)) return (body.ToArray(), type, null);
        var fault = JsonBytes.FaultOf(body);
        if (fault is null) return (body.ToArray(), type, null);
        return isUnsaid ? (body.ToArray(), ContentTypes.Bytes, null) : (null, null, Malformed(fault));
    }

    private static Problem Malformed(JsonException fault) => Problem.Malformed(
        "the body is not what its Content-Type says: " + OperationReader.Explain(fault), (fault.LineNumber ?? 0) + 1, (fault.BytePositionInLine ?? 0) + 1);
}
