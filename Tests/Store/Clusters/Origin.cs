using System.Globalization;
using System.Text;
using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Tests.Store.Clusters;

/// <summary>Numbers operations and sets their deadlines, as an API host does.</summary>
public sealed class Origin
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Guid _id = Guid.NewGuid();
    private long _number;

    public OperationRequest Fetch() => New(OperationCode.Fetch);

    public OperationRequest FetchEventually() => New(OperationCode.Fetch, consistency: ReadConsistency.Eventual);

    public OperationRequest FetchStrongly() => New(OperationCode.Fetch, consistency: ReadConsistency.Strong);

    public OperationRequest Store(string value, long? ifVersion = null, bool ifAbsent = false) =>
        New(OperationCode.Store, value, ifVersion: ifVersion, ifAbsent: ifAbsent);

    public OperationRequest Store(byte[] value) => Make(OperationCode.Store, value, null, null, false, ContentTypes.Bytes);

    /// <summary>A value that lives for that long only.</summary>
    public OperationRequest Store(string value, TimeSpan lifetime) => Make(OperationCode.Store, Encoding.UTF8.GetBytes(value), null, null, false, null, lifetime: lifetime);

    /// <summary>Lets what is stored live for that long from now on; zero for ever.</summary>
    public OperationRequest Touch(TimeSpan lifetime, long? ifVersion = null) => Make(OperationCode.Touch, null, null, ifVersion, false, null, lifetime: lifetime);

    public OperationRequest Update(string value, long? ifVersion = null) => New(OperationCode.Update, value, ifVersion: ifVersion);

    public OperationRequest Delete(long? ifVersion = null) => New(OperationCode.Delete, ifVersion: ifVersion);

    public OperationRequest TestAndSet(string? expect, string value) => New(OperationCode.TestAndSet, value, expect);

    public static string Text(OperationReply reply) => reply.Value is null ? "(no value)" : Encoding.UTF8.GetString(reply.Value);

    public static string Json(long number) => number.ToString(CultureInfo.InvariantCulture);

    private OperationRequest New(OperationCode code, string? value = null, string? expect = null, long? ifVersion = null, bool ifAbsent = false, ReadConsistency consistency = default) =>
        Make(code, value is null ? null : Encoding.UTF8.GetBytes(value), expect is null ? null : Encoding.UTF8.GetBytes(expect), ifVersion, ifAbsent, null, consistency);

    private OperationRequest Make(
        OperationCode code, byte[]? value, byte[]? expect, long? ifVersion, bool ifAbsent, string? contentType, ReadConsistency consistency = default,
        TimeSpan lifetime = default) => new()
    {
        Code = code,
        Consistency = consistency,
        Origin = _id,
        Number = Interlocked.Increment(ref _number),
        Deadline = HybridTimestamp.FromUnixMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()).Plus(Patience).Value,
        Value = value,
        Expect = expect,
        IfVersion = ifVersion,
        IfAbsent = ifAbsent,
        ContentType = contentType,
        TtlMilliseconds = (long)lifetime.TotalMilliseconds,
    };
}
