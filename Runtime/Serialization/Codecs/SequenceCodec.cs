using Orleans.Serialization.Copying;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>How one kind of collection is taken apart and put together.</summary>
/// <param name="Count">How many elements it has.</param>
/// <param name="Create">
/// From its elements, in the order in which they are enumerated, and the comparer it had (null for the kinds that have none).
/// </param>
/// <param name="Comparer">The comparer of one that has one; null for the default.</param>
/// <param name="IsImmutable">Whether it can only be made whole: then a copy of shallow elements is the collection itself.</param>
internal sealed record SequenceShape<TCollection, T>(
    Func<TCollection, int> Count,
    Func<List<T>, object?, TCollection> Create,
    bool IsImmutable = false,
    Func<TCollection, object?>? Comparer = null);

/// <summary>Collections of elements in a row that are classes: lists, sets, queues and the immutable ones.</summary>
internal sealed class SequenceCodec<TCollection, T>(SequenceShape<TCollection, T> shape) : GraphCodec<TCollection>
    where TCollection : class, IEnumerable<T>
{
    public override bool IsShallow => typeof(TCollection).IsSealed && shape.IsImmutable && CodecOf<T>.Instance.IsShallow;

    public override void WriteContent(ref BodyWriter writer, TCollection value)
    {
        ElementList.WriteCount(ref writer, shape.Count(value));
        WellKnownComparers.Write<T>(ref writer, shape.Comparer?.Invoke(value));
        var codec = CodecOf<T>.Instance;
        foreach (var element in value) codec.Write(ref writer, ElementList.ElementId, element);
        writer.WriteEnd();
    }

    public override TCollection ReadContent(ref BodyReader reader, int offset)
    {
        var elements = SequenceElements.Read<T>(ref reader, out var comparer);
        return Registered(ref reader, offset, shape.Create(elements, comparer));
    }

    public override TCollection CopyContent(TCollection value, CopyContext context)
    {
        var codec = CodecOf<T>.Instance;
        if (shape.IsImmutable && codec.IsShallow) return value;
        var elements = new List<T>(shape.Count(value));
        foreach (var element in value) elements.Add(codec.Copy(element, context));
        var copy = shape.Create(elements, shape.Comparer?.Invoke(value));
        context.Register(value, copy);
        return copy;
    }
}
