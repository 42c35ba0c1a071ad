using System.Runtime.InteropServices;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Interfaces.Operations;

/// <summary>Between what crosses the wire and what the consensus core works with, one to one.</summary>
public static class OperationMapping
{
    /// <summary>
    /// The operation a request asks for; null with a reason where it breaks a rule, as a request that no API host checked may do.
    /// </summary>
    public static Operation? ToOperation(OperationRequest request, out string? fault)
    {
        ArgumentNullException.ThrowIfNull(request);
        fault = FaultOf(request);
        if (fault is not null) return null;
        return new Operation
        {
            Id = new OperationId(ToOrigin(request.Origin), request.Number),
            Mark = request.Mark,
            Deadline = new HybridTimestamp(request.Deadline),
            Kind = ToKind(request.Code),
            Value = request.Value,
            ContentType = request.ContentType ?? ContentTypes.Json,
            TimeToLive = TimeSpan.FromMilliseconds(request.TtlMilliseconds),
            IfVersion = request.IfVersion,
            IfAbsent = request.IfAbsent,
            Expect = request.Expect,
            ExpectContentType = request.ExpectContentType ?? ContentTypes.Json,
        };
    }

    /// <summary>The reply that reports an outcome.</summary>
    public static OperationReply ToReply(Outcome outcome, string silo) => outcome switch
    {
        Outcome.Stored o => new() { Status = ReplyStatus.Done, Silo = silo, Version = o.Version, Created = o.Created },
        Outcome.Updated o => new() { Status = ReplyStatus.Done, Silo = silo, Version = o.Version },
        Outcome.Deleted o => new() { Status = ReplyStatus.Done, Silo = silo, Version = o.Version },
        Outcome.Touched o => new() { Status = ReplyStatus.Done, Silo = silo, Version = o.Version },
        Outcome.Swapped o => new() { Status = ReplyStatus.Done, Silo = silo, Version = o.Version, Created = o.Created, Swapped = true },
        Outcome.NotSwapped o => WithState(o.Current, o.Version, silo),
        Outcome.Found o => WithState(o.State, o.State.Version, silo),
        Outcome.NotFound o => new()
        {
            Status = ReplyStatus.NotFound,
            Silo = silo,
            Version = o.Version,
            Expired = o.IsLapsed,
            ModifiedUnixMilliseconds = o.Modified.UnixMilliseconds,
        },
        Outcome.ConditionFailed o => new() { Status = ReplyStatus.ConditionFailed, Silo = silo, Version = o.Version },
        // A copy of a write that was accepted without a quorum, and has been merged meanwhile: the answer that its first copy got.
        Outcome.Merged => new() { Status = ReplyStatus.Accepted, Silo = silo },
        Outcome.TooLate o => new()
        {
            // An Accept that carried it may have taken effect and been forgotten since.
            Status = o.NeverProposed ? ReplyStatus.TooLate : ReplyStatus.Unknown,
            Silo = silo,
            Stamp = o.Stamp.Value,
            Detail = "the operation's deadline lies before the key's last change",
        },
        Outcome.NotDone o => NotDone(o.Reason, silo),
        Outcome.Unknown o => new()
        {
            Status = o.Reason == GivenUp.Ghost ? ReplyStatus.Ghost : ReplyStatus.Unknown,
            Silo = silo,
            Detail = Describe(o.Reason),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "unknown outcome"),
    };

    /// <summary>The reply that shows a copy, which nobody claims to be the newest committed one.</summary>
    public static OperationReply Show(RegisterState state, string silo, bool isStale)
    {
        ArgumentNullException.ThrowIfNull(state);
        return WithState(state, state.Version, silo, isStale);
    }

    /// <summary>A reply without an outcome of the protocol: the proposer did not get as far.</summary>
    public static OperationReply Refuse(ReplyStatus status, string silo, string detail) =>
        new() { Status = status, Silo = silo, Detail = detail };

    /// <summary>The core's form of an origin.</summary>
    public static OriginId ToOrigin(Guid origin)
    {
        Span<ulong> halves = stackalloc ulong[2];
        MemoryMarshal.Write(MemoryMarshal.AsBytes(halves), origin);
        return new OriginId(halves[0], halves[1]);
    }

    /// <summary>The other way round.</summary>
    public static Guid ToGuid(OriginId origin)
    {
        ReadOnlySpan<ulong> halves = [origin.High, origin.Low];
        return MemoryMarshal.Read<Guid>(MemoryMarshal.AsBytes(halves));
    }

    private static OperationReply WithState(RegisterState? state, long version, string silo, bool isStale = false) => new()
    {
        Status = ReplyStatus.Done,
        Stale = isStale,
        Silo = silo,
        Version = version,
        Value = state is null or { IsTombstone: true } ? null : ToArray(state.Value),
        ContentType = state?.ContentType is { } type && !ReferenceEquals(type, ContentTypes.Json) && type != ContentTypes.Json ? type : null,
        ModifiedUnixMilliseconds = state?.Modified.UnixMilliseconds ?? 0,
        ExpiresUnixMilliseconds = state?.Expiry.UnixMilliseconds ?? 0,
        Stamp = state?.Stamp.Value ?? 0,
    };

    private static OperationReply NotDone(GivenUp reason, string silo) => new()
    {
        Silo = silo,
        Detail = Describe(reason),
        Status = reason switch
        {
            GivenUp.NoQuorum or GivenUp.TimedOut => ReplyStatus.NoQuorum,
            GivenUp.Overloaded => ReplyStatus.Overloaded,
            GivenUp.Ghost => ReplyStatus.Ghost,
            GivenUp.Closed => ReplyStatus.Unavailable,
            _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "unknown reason"),
        },
    };

    private static string Describe(GivenUp reason) => reason switch
    {
        GivenUp.NoQuorum => "too few of the key's replicas can be reached",
        GivenUp.TimedOut => "too few of the key's replicas answered in time",
        GivenUp.Overloaded => "too many operations on this key are under way",
        GivenUp.Ghost => "the operation was answered long ago",
        GivenUp.Closed => "the proposer was closed",
        _ => reason.ToString(),
    };

    private static string? FaultOf(OperationRequest request)
    {
        if (request.Code > OperationCode.Touch) return $"operation code {request.Code} is not known";
        if (request.Number < 0 || request.Mark < 0) return "an operation's number and mark must not be negative";
        if (request.Mark > request.Number) return "an operation cannot be numbered below its own mark";
        if (request.Deadline <= 0) return "an operation needs a deadline";
        if (request.TtlMilliseconds < 0 || request.TtlMilliseconds > HybridTimestamp.MaxUnixMilliseconds) return "the time to live is out of range";
        if (request.Value?.Length > RegisterState.MaxValueBytes) return $"a value has at most {RegisterState.MaxValueBytes} bytes";
        if (request.Value is null && request.Code is (OperationCode.Store or OperationCode.Update or OperationCode.TestAndSet))
            return "a write needs a value";
        if (request.ContentType is { } type && System.Text.Encoding.UTF8.GetByteCount(type) > RegisterState.MaxContentTypeBytes)
            return $"a content type has at most {RegisterState.MaxContentTypeBytes} bytes";
        return null;
    }

    private static OperationKind ToKind(OperationCode code) => code switch
    {
        OperationCode.Fetch => OperationKind.Fetch,
        OperationCode.Store => OperationKind.Store,
        OperationCode.Update => OperationKind.Update,
        OperationCode.Delete => OperationKind.Delete,
        OperationCode.TestAndSet => OperationKind.TestAndSet,
        OperationCode.Touch => OperationKind.Touch,
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "unknown operation code"),
    };

    // A state that came as an operation of this silo is an array already; one that came in a frame may be a part of it.
    private static byte[] ToArray(ReadOnlyMemory<byte> value) =>
        MemoryMarshal.TryGetArray(value, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : value.ToArray();
}
