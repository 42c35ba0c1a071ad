using System.Diagnostics.CodeAnalysis;
using System.Text;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

internal sealed class StringCodec : ShallowCodec<string>
{
    public override void Write(ref BodyWriter writer, uint id, string value)
    {
        if (value is null) writer.WriteDefault(id);
        else writer.WriteString(id, value);
    }

    public override string Read(ref BodyReader reader, WireKind kind) =>
        kind == WireKind.Bytes ? Encoding.UTF8.GetString(reader.ReadBytes()) : ReadOther(ref reader, kind);
}

internal sealed class UriCodec : ShallowCodec<Uri>
{
    public override void Write(ref BodyWriter writer, uint id, Uri value)
    {
        if (value is null) writer.WriteDefault(id);
        else writer.WriteString(id, value.OriginalString);
    }

    public override Uri Read(ref BodyReader reader, WireKind kind) =>
        kind == WireKind.Bytes ? new Uri(Encoding.UTF8.GetString(reader.ReadBytes()), UriKind.RelativeOrAbsolute) : ReadOther(ref reader, kind);
}

internal sealed class VersionCodec : ShallowCodec<Version>
{
    public override void Write(ref BodyWriter writer, uint id, Version value)
    {
        if (value is null) writer.WriteDefault(id);
        else writer.WriteString(id, value.ToString());
    }

    public override Version Read(ref BodyReader reader, WireKind kind) =>
        kind == WireKind.Bytes ? Version.Parse(Encoding.UTF8.GetString(reader.ReadBytes())) : ReadOther(ref reader, kind);
}

/// <summary>A type as its name in the catalog: only types that may cross can be named.</summary>
internal sealed class TypeCodec : ShallowCodec<Type>
{
    public override void Write(ref BodyWriter writer, uint id, Type value)
    {
        if (value is null) writer.WriteDefault(id);
        else writer.WriteString(id, TypeNameCodecs.NameOf(value));
    }

    [SuppressMessage("Usage", "CA2263", Justification = "The type is not known here.")]
    public override Type Read(ref BodyReader reader, WireKind kind) =>
        kind == WireKind.Bytes ? TypeNameCodecs.ResolveType(reader.ReadBytes()) : ReadOther(ref reader, kind);
}

/// <summary>A cancellation token does not travel: a callee in the same process shares it, a remote one has none.</summary>
internal sealed class CancellationTokenCodec : ShallowCodec<CancellationToken>
{
    public override void Write(ref BodyWriter writer, uint id, CancellationToken value) => writer.WriteDefault(id);

    public override CancellationToken Read(ref BodyReader reader, WireKind kind)
    {
        reader.Skip(kind);
        return default;
    }
}
