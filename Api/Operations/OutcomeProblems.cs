using Orleans.Kv.Api.Problems;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Operations;

/// <summary>The problem documents for operations that did not end well. The one place where outcomes become statuses and codes.</summary>
internal static class OutcomeProblems
{
    /// <summary>The problem, or null where the operation ended well.</summary>
    public static Problem? Of(RoutedOutcome outcome, OperationInput input) => outcome.Kind switch
    {
        RoutedKind.Answered => OfReply(outcome.Reply!, input),
        RoutedKind.NotDone => OfRefusal(outcome.Status, outcome.Detail),
        _ => new Problem(
            StatusCodes.Status504GatewayTimeout,
            ProblemCode.UnknownOutcome,
            Because("the operation may have taken effect or not, and may yet; to make sure, repeat it with a requestId", outcome.Detail)),
    };

    private static Problem? OfReply(OperationReply reply, OperationInput input) => reply.Status switch
    {
        ReplyStatus.Done or ReplyStatus.Accepted => null,
        ReplyStatus.NotFound => new Problem(StatusCodes.Status404NotFound, ProblemCode.NotFound, Judged("nothing is stored under this key", reply))
        {
            Field = "key",
            Stale = reply.Stale,
        },
        ReplyStatus.ConditionFailed => new Problem(StatusCodes.Status409Conflict, ProblemCode.ConditionFailed, Judged(Condition(reply), reply))
        {
            Field = input.IfVersion is null ? "ifAbsent" : "ifVersion",
            Version = reply.Version,
            Stale = reply.Stale,
        },
        _ => new Problem(StatusCodes.Status400BadRequest, ProblemCode.Invalid, reply.Detail ?? "the store refused the operation"),
    };

    public static Problem OfRefusal(ReplyStatus status, string? detail) => status switch
    {
        ReplyStatus.NoQuorum => Problem.Later(
            StatusCodes.Status503ServiceUnavailable,
            ProblemCode.NoQuorum,
            Because("too few of the key's replicas answer; the operation was not done", detail)),
        ReplyStatus.PendingFull => Problem.Later(
            StatusCodes.Status503ServiceUnavailable,
            ProblemCode.PendingFull,
            Because("too few of the key's replicas answer, and no more writes can be kept until they do; the operation was not done", detail)),
        ReplyStatus.Forming => Problem.Later(
            StatusCodes.Status503ServiceUnavailable,
            ProblemCode.Forming,
            Because("the cluster is forming: not enough silos have joined yet", detail)),
        ReplyStatus.Overloaded => Problem.Later(
            StatusCodes.Status429TooManyRequests,
            ProblemCode.Overloaded,
            Because("a bound is met; the operation was not done", detail)),
        _ => Problem.Later(
            StatusCodes.Status503ServiceUnavailable,
            ProblemCode.Unavailable,
            Because("no silo could serve the request", detail)),
    };

    private static string Condition(OperationReply reply) =>
        reply.Version == 0 ? "the key does not exist" : $"the key is at version {reply.Version}";

    private static string Judged(string what, OperationReply reply) => reply.Stale ? what + ", by the newest copy that can be reached" : what;

    private static string Because(string what, string? why) => string.IsNullOrEmpty(why) ? what : $"{what} ({why})";
}
