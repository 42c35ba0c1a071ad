using Microsoft.AspNetCore.Http.Headers;
using Orleans.Kv.Api.Operations;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Keys;

/// <summary>What the resources that have a key in their path share: finding the key, carrying out the operation, and the headers of the answers.</summary>
internal sealed class KeyResource(KeyRouteCache routes, Router router)
{
    // Not in any standard, which has no word for either; both appear only where there is something to say.
    private const string StaleHeader = "Kv-Stale";
    private const string ExpiresHeader = "Kv-Expires";

    public KeyRouteCache Routes => routes;

    /// <summary>The key of the request's path, or the problem with it.</summary>
    public Problem? Find(HttpContext context, out KeyRoute route)
    {
        route = null!;
        if (context.Features.Get<KeyPath>() is not { } path)
        {
            // Escapes in the resource's own name, or steps through the tree of paths: whoever sends that does not mean one of ours.
            return new Problem(StatusCodes.Status404NotFound, ProblemCode.NoSuchResource, "the path must begin with the name of a resource, written plainly");
        }

        if (path.Decode(out var fault) is not { } key) return Problem.BadField(ProblemCode.InvalidField, "key", $"key: {fault}");
        route = routes.Get(key);
        return null;
    }

    /// <summary>Carries out a write under the condition of its headers. A problem is to be written; else the reply says how it ended.</summary>
    public async ValueTask<(OperationReply? Reply, Problem? Problem)> WriteAsync(OperationInput input, WriteCondition condition)
    {
        if (condition.IsAny)
        {
            input = input with
            {
                Code = condition.IfPresent && input.Code == OperationCode.Store ? OperationCode.Update : input.Code,
                IfVersion = condition.IfVersion,
                IfAbsent = condition.IfAbsent,
            };
        }

        var outcome = await router.ExecuteAsync(input);
        var problem = OutcomeProblems.Of(outcome, input);
        if (problem is null) return (outcome.Reply, null);
        var isCondition = condition.IsAny
            && (problem.Code == ProblemCode.ConditionFailed || (problem.Code == ProblemCode.NotFound && (condition.IfVersion is not null || condition.IfPresent)));
        return (null, isCondition ? Failed(problem, condition) : problem);
    }

    public async ValueTask<(OperationReply? Reply, Problem? Problem)> FetchAsync(KeyRoute route, KeyQuery query)
    {
        var input = new OperationInput(OperationCode.Fetch, route) { Consistency = query.Consistency };
        var outcome = await router.ExecuteAsync(input);
        return OutcomeProblems.Of(outcome, input) is { } problem ? (null, problem) : (outcome.Reply, null);
    }

    /// <summary>The version as the answer's tag. What is not committed has none.</summary>
    public static void Tag(HttpResponse response, OperationReply reply)
    {
        if (reply.Version > 0) response.Headers.ETag = WriteCondition.Tag(reply.Version);
    }

    /// <summary>What a fetched value's headers say beside its tag. It may change at any time: whoever keeps it asks again before using it.</summary>
    public static void Describe(HttpResponse response, OperationReply reply)
    {
        response.Headers.CacheControl = "no-cache";
        if (reply.Stale) response.Headers[StaleHeader] = "true";
        if (reply.ExpiresUnixMilliseconds > 0)
            response.Headers[ExpiresHeader] = DateTimeOffset.FromUnixTimeMilliseconds(reply.ExpiresUnixMilliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null);
    }

    /// <summary>The caller has this version already (<c>If-None-Match</c>, compared weakly, as RFC 9110 has it for reads).</summary>
    public static bool IsKnown(HttpRequest request, OperationReply reply)
    {
        if (request.Headers.IfNoneMatch.Count == 0 || reply.Version == 0) return false;
        var tag = WriteCondition.Tag(reply.Version);
        return new RequestHeaders(request.Headers).IfNoneMatch.Any(known => known.Tag == "*" || known.Tag == tag);
    }

    private static Problem Failed(Problem problem, WriteCondition condition) =>
        new(StatusCodes.Status412PreconditionFailed, ProblemCode.ConditionFailed, problem.Code == ProblemCode.NotFound ? "the key does not exist" : problem.Detail)
        {
            Field = condition.IfAbsent ? "If-None-Match" : "If-Match",
            Version = problem.Version ?? 0,
            Stale = problem.Stale,
        };
}
