using Orleans.Serialization.Copying;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>Dictionaries: how many entries, then key and value by turns.</summary>
internal sealed class DictionaryCodec<TKey, TValue> : GraphCodec<Dictionary<TKey, TValue>>
    where TKey : notnull
{
    private const uint KeyId = 1;
    private const uint ValueId = 2;

    public override void WriteContent(ref BodyWriter writer, Dictionary<TKey, TValue> value)
    {
        ElementList.WriteCount(ref writer, value.Count);
        WellKnownComparers.Write<TKey>(ref writer, value.Comparer);
        var (keys, values) = (CodecOf<TKey>.Instance, CodecOf<TValue>.Instance);
        foreach (var (key, item) in value)
        {
            keys.Write(ref writer, KeyId, key);
            values.Write(ref writer, ValueId, item);
        }

        writer.WriteEnd();
    }

    public override Dictionary<TKey, TValue> ReadContent(ref BodyReader reader, int offset)
    {
        var count = ElementList.ReadCount(ref reader);
        var (keys, values) = (CodecOf<TKey>.Instance, CodecOf<TValue>.Instance);
        Dictionary<TKey, TValue>? dictionary = null;
        while (true)
        {
            var id = reader.ReadTag(out var kind);
            if (id == WellKnownComparers.Id && kind != WireKind.End && dictionary is null)
            {
                dictionary = Create(ref reader, offset, count, (IEqualityComparer<TKey>?)WellKnownComparers.Read(ref reader, kind));
                continue;
            }

            dictionary ??= Create(ref reader, offset, count, comparer: null);
            if (kind == WireKind.End)
            {
                if (!reader.IsLastEnd(id)) reader.SkipToEnd();
                if (dictionary.Count != count) BodyFault.Malformed($"{dictionary.Count} entries and not the {count} announced", reader.Position);
                return dictionary;
            }

            if (id != KeyId)
            {
                reader.Skip(kind);
                continue;
            }

            var key = keys.Read(ref reader, kind);
            if (key is null) BodyFault.Malformed("A dictionary with a null key", reader.Position);
            var value = values.Read(ref reader, reader.ExpectTag(ValueId));
            if (!dictionary.TryAdd(key!, value)) BodyFault.Malformed("A dictionary with the same key twice", reader.Position);
        }
    }

    public override Dictionary<TKey, TValue> CopyContent(Dictionary<TKey, TValue> value, CopyContext context)
    {
        var (keys, values) = (CodecOf<TKey>.Instance, CodecOf<TValue>.Instance);
        var copy = new Dictionary<TKey, TValue>(value.Count, value.Comparer);
        context.Register(value, copy);
        foreach (var (key, item) in value) copy.Add(keys.Copy(key, context), values.Copy(item, context));
        return copy;
    }

    private static Dictionary<TKey, TValue> Create(ref BodyReader reader, int offset, int count, IEqualityComparer<TKey>? comparer)
    {
        var dictionary = new Dictionary<TKey, TValue>(ElementList.Trusted<(TKey, TValue)>(count), comparer);
        reader.Session.Register(offset, dictionary);
        return dictionary;
    }
}
