using System.Runtime.CompilerServices;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>The elements of a collection on the wire: how many, then each behind a tag; numbers in one block.</summary>
internal static class ElementList
{
    public const uint CountId = 0;
    public const uint ElementId = 1;
    public const uint BlockId = 2;

    public static void WriteCount(ref BodyWriter writer, int count) => writer.WriteVarint(CountId, (uint)count);

    /// <summary>The count, which must come first.</summary>
    public static int ReadCount(ref BodyReader reader)
    {
        var kind = reader.ExpectTag(CountId);
        if (kind == WireKind.Default) return 0;
        if (kind != WireKind.Varint) BodyFault.UnexpectedKind(typeof(int), kind, reader.Position);
        return reader.ReadCount();
    }

    /// <summary>How many elements to make room for on the sender's word.</summary>
    public static int Trusted<T>(int count) => Math.Min(count, Math.Max(BodyLimits.MaxUnprovenAllocation / Unsafe.SizeOf<T>(), 4));

    /// <summary>Steps to the next element; false at the end of the collection.</summary>
    public static bool Next(ref BodyReader reader, out WireKind kind)
    {
        while (true)
        {
            var id = reader.ReadTag(out kind);
            if (kind == WireKind.End)
            {
                if (!reader.IsLastEnd(id)) reader.SkipToEnd();
                return false;
            }

            if (id == ElementId) return true;
            reader.Skip(kind);
        }
    }
}
