using Orleans.Serialization.Copying;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>Arrays of one dimension.</summary>
internal sealed class ArrayCodec<T> : GraphCodec<T[]>
{
    public override void WriteContent(ref BodyWriter writer, T[] value)
    {
        ElementList.WriteCount(ref writer, value.Length);
        var codec = CodecOf<T>.Instance;
        foreach (var element in value) codec.Write(ref writer, ElementList.ElementId, element);
        writer.WriteEnd();
    }

    public override T[] ReadContent(ref BodyReader reader, int offset)
    {
        var count = ElementList.ReadCount(ref reader);
        var array = count == 0 ? [] : new T[ElementList.Trusted<T>(count)];
        var isWhole = array.Length == count;
        // An element may refer to the array it is in; of one too long to be made at once that is refused.
        if (isWhole) reader.Session.Register(offset, array);
        var codec = CodecOf<T>.Instance;
        var read = 0;
        while (ElementList.Next(ref reader, out var kind))
        {
            if (read == count) BodyFault.Malformed($"More elements than the {count} announced", reader.Position);
            if (read == array.Length) Array.Resize(ref array, (int)Math.Min(count, array.Length * 2L));
            array[read++] = codec.Read(ref reader, kind);
        }

        if (read != count) BodyFault.Malformed($"{read} elements and not the {count} announced", reader.Position);
        return isWhole ? array : Registered(ref reader, offset, array);
    }

    public override T[] CopyContent(T[] value, CopyContext context)
    {
        var codec = CodecOf<T>.Instance;
        var copy = new T[value.Length];
        context.Register(value, copy);
        if (codec.IsShallow) value.CopyTo(copy, 0);
        else for (var i = 0; i < copy.Length; i++) copy[i] = codec.Copy(value[i], context);
        return copy;
    }
}
