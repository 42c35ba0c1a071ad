using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Grains.Pending;

/// <summary>Between pending writes as they cross the wire and as the consensus core works with them, one to one.</summary>
internal static class KeptWriteMapping
{
    public static KeptWrite ToKept(PendingWrite write) => new()
    {
        Key = write.Key.ToString(),
        Stamp = ToMark(write.Stamp),
        Base = ToMark(write.Base),
        Seen = [.. write.Seen.Select(ToMark)],
        Origin = OperationMapping.ToGuid(write.OperationId.Origin),
        Number = write.OperationId.Number,
        Deadline = write.Deadline.Value,
        Code = write.Kind switch
        {
            OperationKind.Store => OperationCode.Store,
            OperationKind.Update => OperationCode.Update,
            OperationKind.Delete => OperationCode.Delete,
            _ => throw new ArgumentOutOfRangeException(nameof(write), write.Kind, "no such write can be pending"),
        },
        Value = write.IsDelete ? null : ToArray(write.Value),
        ContentType = write.ContentType == ContentTypes.Json ? null : write.ContentType,
        Expiry = write.Expiry.Value,
    };

    /// <summary>False for what contradicts itself: no silo of this kind has sent it.</summary>
    public static bool TryRead(KeptWrite kept, [NotNullWhen(true)] out PendingWrite? write, [NotNullWhen(false)] out string? fault)
    {
        write = null;
        if (!Key.TryFrom(kept.Key, out var key, out fault!)) return false;
        if (kept.Code is not (OperationCode.Store or OperationCode.Update or OperationCode.Delete))
        {
            fault = $"no {kept.Code} can be pending";
            return false;
        }

        var read = new PendingWrite
        {
            Key = key,
            Stamp = ToStamp(kept.Stamp),
            Base = ToStamp(kept.Base),
            Seen = [.. kept.Seen.Select(ToStamp)],
            OperationId = new OperationId(OperationMapping.ToOrigin(kept.Origin), kept.Number),
            Deadline = new HybridTimestamp(kept.Deadline),
            Kind = kept.Code switch
            {
                OperationCode.Store => OperationKind.Store,
                OperationCode.Update => OperationKind.Update,
                _ => OperationKind.Delete,
            },
            Value = kept.Value,
            ContentType = kept.Code == OperationCode.Delete ? null : kept.ContentType ?? ContentTypes.Json,
            Expiry = new HybridTimestamp(kept.Expiry),
        };
        try
        {
            read.Validate();
        }
        catch (ArgumentException invalid)
        {
            fault = invalid.Message;
            return false;
        }

        write = read;
        fault = null;
        return true;
    }

    public static WriteName ToName(PendingWrite write) => new(write.Key.ToString(), write.Stamp.Clock.Value, write.Owner);

    public static WriteStamp ToStamp(WriteMark mark) => new(new HybridTimestamp(mark.Clock), mark.Silo ?? "");

    private static WriteMark ToMark(WriteStamp stamp) => new(stamp.Clock.Value, stamp.Silo);

    private static byte[] ToArray(ReadOnlyMemory<byte> value) =>
        MemoryMarshal.TryGetArray(value, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : value.ToArray();
}
