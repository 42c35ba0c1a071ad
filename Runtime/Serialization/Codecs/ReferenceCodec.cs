using Orleans.Runtime;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>
/// Grain references: the grain's id and the interface's name. The reader's runtime makes its own reference of them. A grain that
/// passes itself is sent as its reference.
/// </summary>
internal sealed class ReferenceCodec<T> : ShallowCodec<T>
    where T : class, IAddressable
{
    private const uint GrainIdField = 0;
    private const uint InterfaceField = 1;

    public override Type Type => typeof(GrainReference);

    public override void Write(ref BodyWriter writer, uint id, T value)
    {
        if (value is null)
        {
            writer.WriteDefault(id);
            return;
        }

        writer.WriteTag(id, WireKind.Object);
        writer.WriteByte(0);
        WriteBoxedContent(ref writer, value);
    }

    public override T Read(ref BodyReader reader, WireKind kind)
    {
        if (kind != WireKind.Object) return ReadOther(ref reader, kind);
        var offset = reader.Position;
        // Whatever the slot was on the other side, a reference is the only thing that can be in it here.
        if (reader.ReadType() is { } actual && actual.Type != typeof(GrainReference)) BodyFault.UnexpectedType(typeof(T), actual.Type);
        return (T)ReadBoxedContent(ref reader, offset)!;
    }

    public override void WriteBoxedContent(ref BodyWriter writer, object value)
    {
        var reference = value as GrainReference ?? Binder(writer.Session.Binder).ToReference((IAddressable)value);
        CodecOf<GrainId>.Instance.Write(ref writer, GrainIdField, reference.GrainId);
        CodecOf<GrainInterfaceType>.Instance.Write(ref writer, InterfaceField, reference.InterfaceType);
        writer.WriteEnd();
    }

    public override object? ReadBoxedContent(ref BodyReader reader, int offset)
    {
        GrainId grainId = default;
        GrainInterfaceType interfaceType = default;
        while (true)
        {
            var id = reader.ReadTag(out var kind);
            if (kind == WireKind.End)
            {
                if (!reader.IsLastEnd(id)) reader.SkipToEnd();
                break;
            }

            if (id == GrainIdField) grainId = CodecOf<GrainId>.Instance.Read(ref reader, kind);
            else if (id == InterfaceField) interfaceType = CodecOf<GrainInterfaceType>.Instance.Read(ref reader, kind);
            else reader.Skip(kind);
        }

        if (grainId.IsDefault) BodyFault.Malformed("A reference to no grain", offset);
        return Bind(Binder(reader.Session.Binder), grainId, interfaceType);
    }

    private static GrainReference Bind(IReferenceBinder binder, GrainId grainId, GrainInterfaceType interfaceType)
    {
        var isOpen = typeof(T) == typeof(GrainReference) || typeof(T) == typeof(IAddressable);
        // The declared interface wins: the sender's may be one that is derived from it, which this build need not know.
        return isOpen ? binder.Bind(grainId, interfaceType) : binder.Bind(grainId, typeof(T));
    }

    private static IReferenceBinder Binder(IReferenceBinder? binder) =>
        binder ?? throw new SerializerException("A grain reference can only be written or read in a silo or a client.");
}
