using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Interfaces.Observing;

/// <summary>What operations and their ends are called in metrics and traces. The same objects every time, so that measuring makes none.</summary>
public static class OperationNames
{
    /// <summary>The attribute that says which kind of operation it was.</summary>
    public const string Operation = "kv.operation";

    /// <summary>The attribute that says how it ended.</summary>
    public const string Outcome = "kv.outcome";

    public static string Of(OperationCode code) => code switch
    {
        OperationCode.Fetch => "fetch",
        OperationCode.Store => "store",
        OperationCode.Update => "update",
        OperationCode.Delete => "delete",
        OperationCode.TestAndSet => "testset",
        OperationCode.Touch => "touch",
        _ => "other",
    };

    public static string Of(ReplyStatus status) => status switch
    {
        ReplyStatus.Done => "done",
        ReplyStatus.NotFound => "not_found",
        ReplyStatus.ConditionFailed => "condition_failed",
        ReplyStatus.TooLate => "too_late",
        ReplyStatus.Unknown => "unknown",
        ReplyStatus.NoQuorum => "no_quorum",
        ReplyStatus.Forming => "forming",
        ReplyStatus.Unavailable => "unavailable",
        ReplyStatus.Overloaded => "overloaded",
        ReplyStatus.Invalid => "invalid",
        ReplyStatus.Ghost => "ghost",
        ReplyStatus.Accepted => "accepted",
        ReplyStatus.PendingFull => "pending_full",
        _ => "other",
    };
}
