namespace Orleans.Kv.Tests.Checking.Histories;

/// <summary>What a client asked for.</summary>
public enum OperationKind : byte
{
    Fetch,
    Store,
    Update,
    Delete,
    TestAndSet,

    /// <summary>A new version of the same value.</summary>
    Touch,
}
