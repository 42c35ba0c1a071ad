using Orleans.Serialization.Copying;
using Orleans.Serialization.Types;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>The codec of a class by its members.</summary>
internal sealed class ClassCodec<T> : GraphCodec<T>
    where T : class
{
    private readonly Lazy<MemberCode<T>> _code = new(static () => MemberCode<T>.Compile(SerializableType.Of(typeof(T))));

    // Of an unsealed class the value may be of a derived one, which answers for itself. Exceptions are never changed once thrown.
    public override bool IsShallow { get; } =
        (typeof(T).IsSealed && SerializableType.IsMarkedImmutable(typeof(T))) || typeof(Exception).IsAssignableFrom(typeof(T));

    public override void WriteContent(ref BodyWriter writer, T value) => _code.Value.Write(ref writer, ref value);

    public override T ReadContent(ref BodyReader reader, int offset)
    {
        var code = _code.Value;
        var value = code.Create();
        reader.Session.Register(offset, value);
        code.Read(ref reader, ref value);
        return value;
    }

    public override T CopyContent(T value, CopyContext context)
    {
        if (SerializableType.IsMarkedImmutable(typeof(T))) return value;
        var code = _code.Value;
        var copy = code.Create();
        context.Register(value, copy);
        code.Copy(ref value, ref copy, context);
        return copy;
    }
}
