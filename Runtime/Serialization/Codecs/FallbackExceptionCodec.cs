using Orleans.Serialization.Copying;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>Reads an exception whose class is not known here as one that says which it was.</summary>
internal sealed class FallbackExceptionCodec(string originalType) : Codec<UnavailableExceptionFallbackException>, IGraphCodec
{
    public override void Write(ref BodyWriter writer, uint id, UnavailableExceptionFallbackException value) =>
        CodecOf<UnavailableExceptionFallbackException>.Instance.Write(ref writer, id, value);

    public override UnavailableExceptionFallbackException Read(ref BodyReader reader, WireKind kind) =>
        CodecOf<UnavailableExceptionFallbackException>.Instance.Read(ref reader, kind);

    public override UnavailableExceptionFallbackException Copy(UnavailableExceptionFallbackException value, CopyContext context) => value;

    public override object? ReadBoxedContent(ref BodyReader reader, int offset)
    {
        var exception = new UnavailableExceptionFallbackException { ExceptionType = originalType };
        reader.Session.Register(offset, exception);
        if (!ExceptionSection.Read(ref reader, exception)) reader.SkipToEnd();
        return exception;
    }
}
