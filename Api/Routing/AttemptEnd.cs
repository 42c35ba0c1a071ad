using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Routing;

/// <summary>How an attempt ended that has not brought the operation's outcome.</summary>
/// <param name="IsUncertain">It does not say what became of the operation.</param>
/// <param name="Reason">Why the operation was not done, where that is certain.</param>
/// <param name="Detail">The same for a person.</param>
/// <param name="Silo">Who says so.</param>
/// <param name="Fallback">An answer, but less than was asked for.</param>
internal readonly record struct AttemptEnd(bool IsUncertain, ReplyStatus Reason, string? Detail, string? Silo, OperationReply? Fallback)
{
    public static AttemptEnd Uncertain(string? detail) => new(true, ReplyStatus.Unavailable, detail, null, null);

    public static AttemptEnd Refused(OperationReply reply) => new(false, reply.Status, reply.Detail, reply.Silo, null);

    public static AttemptEnd LessThanAsked(OperationReply reply) => new(false, ReplyStatus.NoQuorum, reply.Detail, reply.Silo, reply);
}
