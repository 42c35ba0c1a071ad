using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Operations;

/// <summary>Which fields an operation's body must and may have.</summary>
internal sealed record OperationShape(OperationCode Code, OperationFields Required, OperationFields Optional, int MaxBodyBytes)
{
    private const OperationFields Typed = OperationFields.ContentType | OperationFields.Encoding;

    public static OperationShape Store { get; } = new(
        OperationCode.Store,
        OperationFields.Key | OperationFields.Value,
        OperationFields.TtlSeconds | OperationFields.IfVersion | OperationFields.IfAbsent | OperationFields.RequestId | Typed,
        JsonBytes.MaxEncodedBytes + OperationLimits.MaxOtherBytes);

    /// <summary>A store whose key stands in the path.</summary>
    public static OperationShape StoreAtPath { get; } = Store with { Required = OperationFields.Value };

    public static OperationShape Fetch { get; } = new(
        OperationCode.Fetch, OperationFields.Key, OperationFields.Consistency, OperationLimits.MaxOtherBytes);

    public static OperationShape Update { get; } = new(
        OperationCode.Update,
        OperationFields.Key | OperationFields.Value,
        OperationFields.TtlSeconds | OperationFields.IfVersion | OperationFields.RequestId | Typed,
        JsonBytes.MaxEncodedBytes + OperationLimits.MaxOtherBytes);

    public static OperationShape Delete { get; } = new(
        OperationCode.Delete, OperationFields.Key, OperationFields.IfVersion | OperationFields.RequestId, OperationLimits.MaxOtherBytes);

    public static OperationShape TestAndSet { get; } = new(
        OperationCode.TestAndSet,
        OperationFields.Key | OperationFields.Expect | OperationFields.Value,
        OperationFields.TtlSeconds | OperationFields.RequestId | Typed | OperationFields.ExpectContentType,
        (2 * JsonBytes.MaxEncodedBytes) + OperationLimits.MaxOtherBytes);

    public static OperationShape Touch { get; } = new(
        OperationCode.Touch,
        OperationFields.Key | OperationFields.TtlSeconds,
        OperationFields.IfVersion | OperationFields.RequestId,
        OperationLimits.MaxOtherBytes);

    public OperationFields Allowed => Required | Optional;
}
