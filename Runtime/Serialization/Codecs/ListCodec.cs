using System.Runtime.InteropServices;
using Orleans.Serialization.Copying;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>Lists, which unlike other collections may contain themselves, and are common enough for code of their own.</summary>
internal sealed class ListCodec<T> : GraphCodec<List<T>>
{
    public override void WriteContent(ref BodyWriter writer, List<T> value)
    {
        ElementList.WriteCount(ref writer, value.Count);
        var codec = CodecOf<T>.Instance;
        foreach (var element in CollectionsMarshal.AsSpan(value)) codec.Write(ref writer, ElementList.ElementId, element);
        writer.WriteEnd();
    }

    public override List<T> ReadContent(ref BodyReader reader, int offset)
    {
        var count = ElementList.ReadCount(ref reader);
        var list = new List<T>(ElementList.Trusted<T>(count));
        reader.Session.Register(offset, list);
        var codec = CodecOf<T>.Instance;
        while (ElementList.Next(ref reader, out var kind)) list.Add(codec.Read(ref reader, kind));
        if (list.Count != count) BodyFault.Malformed($"{list.Count} elements and not the {count} announced", reader.Position);
        return list;
    }

    public override List<T> CopyContent(List<T> value, CopyContext context)
    {
        var codec = CodecOf<T>.Instance;
        var copy = new List<T>(value.Count);
        context.Register(value, copy);
        if (codec.IsShallow) copy.AddRange(value);
        else foreach (var element in value) copy.Add(codec.Copy(element, context));
        return copy;
    }
}
