using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Routing;

/// <summary>What the router can say about an operation in the end.</summary>
internal enum RoutedKind
{
    /// <summary>The reply says what happened, for certain.</summary>
    Answered,

    /// <summary>It has not happened and never will.</summary>
    NotDone,

    /// <summary>It may have happened, or may yet.</summary>
    Unknown,
}

/// <summary>How an operation ended for its caller. <paramref name="Status"/> says why, where it is not answered.</summary>
internal readonly record struct RoutedOutcome(RoutedKind Kind, OperationReply? Reply, ReplyStatus Status, string? Detail)
{
    public static RoutedOutcome Answered(OperationReply reply) => new(RoutedKind.Answered, reply, reply.Status, reply.Detail);

    public static RoutedOutcome NotDone(ReplyStatus status, string? detail) => new(RoutedKind.NotDone, null, status, detail);

    public static RoutedOutcome Unknown(string? detail) => new(RoutedKind.Unknown, null, ReplyStatus.Unknown, detail);
}
