namespace Orleans.Kv.Api.Operations;

/// <summary>The fields of request bodies, as a set.</summary>
[Flags]
internal enum OperationFields
{
    None = 0,
    Key = 1 << 0,
    Value = 1 << 1,
    Expect = 1 << 2,
    TtlSeconds = 1 << 3,
    IfVersion = 1 << 4,
    IfAbsent = 1 << 5,
    RequestId = 1 << 6,
    Consistency = 1 << 7,
    ContentType = 1 << 8,
    Encoding = 1 << 9,
    ExpectContentType = 1 << 10,

    /// <summary>Which operation it is, in a batch.</summary>
    Op = 1 << 11,
}
