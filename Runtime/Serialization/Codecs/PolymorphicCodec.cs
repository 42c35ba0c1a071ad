using Orleans.Serialization.Copying;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>A slot that never holds its own type: <c>object</c>, an interface, an abstract class. Every value brings its type's name.</summary>
internal sealed class PolymorphicCodec<T> : Codec<T>
{
    public override void Write(ref BodyWriter writer, uint id, T value)
    {
        if (value is null) writer.WriteDefault(id);
        else GraphContent.WriteTyped(ref writer, id, value);
    }

    public override T Read(ref BodyReader reader, WireKind kind)
    {
        if (kind != WireKind.Object) return ReadOther(ref reader, kind);
        var offset = reader.Position;
        if (reader.Session.IsRecovering && reader.Session.FindRecovered(offset) is T recovered)
        {
            reader.Skip(WireKind.Object);
            return recovered;
        }

        reader.EnterObject();
        var actual = reader.ReadType();
        if (actual is null) BodyFault.Malformed($"A value for {typeof(T)} does not say its type", offset);
        var value = GraphContent.ReadTyped<T>(ref reader, actual!, offset);
        reader.LeaveObject();
        return value;
    }

    public override T Copy(T value, CopyContext context) =>
        value is null ? value : (T)CodecFactory.Get(value.GetType()).CopyBoxed(value, context)!;
}
