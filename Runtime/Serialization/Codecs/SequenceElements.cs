using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>Reads the elements of a collection that is made from all of them at once.</summary>
internal static class SequenceElements
{
    public static List<T> Read<T>(ref BodyReader reader, out object? comparer)
    {
        comparer = null;
        var count = ElementList.ReadCount(ref reader);
        var elements = new List<T>(ElementList.Trusted<T>(count));
        var codec = CodecOf<T>.Instance;
        while (true)
        {
            var id = reader.ReadTag(out var kind);
            switch (id)
            {
                case var _ when kind == WireKind.End:
                    if (!reader.IsLastEnd(id)) reader.SkipToEnd();
                    if (elements.Count != count) BodyFault.Malformed($"{elements.Count} elements and not the {count} announced", reader.Position);
                    return elements;
                case ElementList.ElementId:
                    elements.Add(codec.Read(ref reader, kind));
                    break;
                case WellKnownComparers.Id:
                    comparer = WellKnownComparers.Read(ref reader, kind);
                    break;
                default:
                    reader.Skip(kind);
                    break;
            }
        }
    }
}
