using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Orleans.Kv.Consensus;

/// <summary>What states, and pending writes, say of writes that were accepted without a quorum.</summary>
internal static class DivergenceCodec
{
    private const byte IsDelete = 1;
    private const byte HasType = 2;
    private const byte IsJson = 4;
    private const byte AllFlags = 7;

    private const int StampBytes = 8 + 1;
    private const int LeastSide = StampBytes + 1;

    public static void Write(ref WireWriter output, Divergence divergence)
    {
        output.Text(divergence.WrittenBy);
        Write(ref output, divergence.Merged);
        output.Number(divergence.Conflicts.Length);
        foreach (var conflict in divergence.Conflicts)
        {
            Write(ref output, conflict.Lost);
            Write(ref output, conflict.Kept);
        }
    }

    public static Divergence Read(ref WireReader input)
    {
        var start = input.Position;
        var writtenBy = ReadSilo(ref input);
        var merged = ReadStamps(ref input, "merged stamps");
        var conflicts = new Conflict[input.Count(Divergence.MaxConflicts, 2 * LeastSide, "conflicts")];
        for (var i = 0; i < conflicts.Length; i++)
            conflicts[i] = new Conflict(ReadSide(ref input), ReadSide(ref input));
        try
        {
            return new Divergence(writtenBy, merged, ImmutableCollectionsMarshal.AsImmutableArray(conflicts));
        }
        catch (ArgumentException fault)
        {
            throw WireReader.Fault(start, fault.Message);
        }
    }

    public static int EstimateBytes(Divergence divergence)
    {
        var bytes = Name(divergence.WrittenBy) + 8;
        foreach (var merged in divergence.Merged)
            bytes += StampBytes + Name(merged.Silo);
        foreach (var conflict in divergence.Conflicts)
            bytes += Side(conflict.Lost) + Side(conflict.Kept);
        return bytes;
    }

    public static void Write(ref WireWriter output, WriteStamp stamp)
    {
        output.Fixed64((ulong)stamp.Clock.Value);
        output.Text(stamp.Silo);
    }

    public static WriteStamp ReadStamp(ref WireReader input) => new(StateCodec.ReadTime(ref input), ReadSilo(ref input));

    public static void Write(ref WireWriter output, ImmutableArray<WriteStamp> stamps)
    {
        output.Number(stamps.Length);
        foreach (var stamp in stamps)
            Write(ref output, stamp);
    }

    public static ImmutableArray<WriteStamp> ReadStamps(ref WireReader input, string what)
    {
        var stamps = new WriteStamp[input.Count(Divergence.MaxMerged, StampBytes, what)];
        for (var i = 0; i < stamps.Length; i++)
            stamps[i] = ReadStamp(ref input);
        return ImmutableCollectionsMarshal.AsImmutableArray(stamps);
    }

    private static string ReadSilo(ref WireReader input) => input.Text(NodeId.MaxNameBytes, "name bytes");

    private static void Write(ref WireWriter output, ContestedWrite side)
    {
        var json = string.Equals(side.ContentType, ContentTypes.Json, StringComparison.Ordinal);
        output.Byte((byte)((side.IsDelete ? IsDelete : 0) | (json ? IsJson : side.ContentType is not null ? HasType : 0)));
        Write(ref output, side.Stamp);
        if (side.IsDelete)
            return;
        if (!json && side.ContentType is not null)
            output.Text(side.ContentType);
        output.Bytes(side.Value.Span);
    }

    private static ContestedWrite ReadSide(ref WireReader input)
    {
        var start = input.Position;
        var flags = input.Byte();
        if (flags > AllFlags || (flags & (HasType | IsJson)) == (HasType | IsJson) || ((flags & IsDelete) != 0 && flags != IsDelete))
            throw WireReader.Fault(start, "unknown flags of a contested write");
        var stamp = ReadStamp(ref input);
        if (flags == IsDelete)
            return new ContestedWrite(stamp, isDelete: true, default, null);
        var type = (flags & IsJson) != 0 ? ContentTypes.Json
            : (flags & HasType) != 0 ? input.Text(RegisterState.MaxContentTypeBytes, "content type bytes")
            : null;
        return new ContestedWrite(stamp, isDelete: false, input.Value(RegisterState.MaxValueBytes, "value bytes"), type);
    }

    private static int Side(ContestedWrite side) => LeastSide + Name(side.Stamp.Silo) + Name(side.ContentType ?? "") + 8 + side.Value.Length;

    // At most three bytes of UTF-8 per character, and two of length.
    private static int Name(string name) => 2 + (3 * name.Length);
}
