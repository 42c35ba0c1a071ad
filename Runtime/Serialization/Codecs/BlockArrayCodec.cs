using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Orleans.Serialization.Copying;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>Arrays of numbers, as one block of memory in little-endian order.</summary>
internal sealed class BlockArrayCodec<T> : GraphCodec<T[]>
    where T : unmanaged
{
    public override void WriteContent(ref BodyWriter writer, T[] value)
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("Arrays of numbers need a little-endian machine.");
        writer.WriteBytes(ElementList.BlockId, MemoryMarshal.AsBytes(value.AsSpan()));
        writer.WriteEnd();
    }

    public override T[] ReadContent(ref BodyReader reader, int offset)
    {
        T[] array = [];
        while (true)
        {
            var id = reader.ReadTag(out var kind);
            if (kind == WireKind.End)
            {
                if (!reader.IsLastEnd(id)) reader.SkipToEnd();
                return Registered(ref reader, offset, array);
            }

            if (id == ElementList.BlockId && kind == WireKind.Bytes) array = FromBlock(reader.ReadBytes(), reader.Position);
            else reader.Skip(kind);
        }
    }

    public override T[] CopyContent(T[] value, CopyContext context)
    {
        var copy = value.AsSpan().ToArray();
        context.Register(value, copy);
        return copy;
    }

    private static T[] FromBlock(ReadOnlySpan<byte> block, int position)
    {
        if (block.Length % Unsafe.SizeOf<T>() != 0) BodyFault.Malformed($"{block.Length} bytes are no whole number of {typeof(T).Name}", position);
        var array = GC.AllocateUninitializedArray<T>(block.Length / Unsafe.SizeOf<T>());
        block.CopyTo(MemoryMarshal.AsBytes(array.AsSpan()));
        return array;
    }
}
