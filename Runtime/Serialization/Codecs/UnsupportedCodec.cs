using Orleans.Serialization.Copying;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>Stands for a type that cannot cross, so that naming the type does no harm and using it says why.</summary>
internal sealed class UnsupportedCodec<T>(string reason) : Codec<T>
{
    public override string Unsupported => reason;

    public override void Write(ref BodyWriter writer, uint id, T value)
    {
        // Nothing is lost where there is nothing.
        if (value is null) writer.WriteNull(id);
        else throw new CodecNotFoundException(reason);
    }

    public override T Read(ref BodyReader reader, WireKind kind)
    {
        if (kind != WireKind.Default && kind != WireKind.Reference) throw new CodecNotFoundException(reason);
        return ReadOther(ref reader, kind);
    }

    public override T Copy(T value, CopyContext context) => value is null ? value : throw new CodecNotFoundException(reason);
}
