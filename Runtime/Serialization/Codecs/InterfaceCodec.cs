using Orleans.Serialization.Copying;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>
/// A slot of a collection's interface. A collection of a class without a codec (what compilers make of a collection expression, a
/// query that was not run) travels as the plain collection with the same elements.
/// </summary>
internal sealed class InterfaceCodec<TInterface, TPlain>(Func<TInterface, TPlain> toPlain) : Codec<TInterface>
    where TInterface : class
    where TPlain : class, TInterface
{
    private readonly PolymorphicCodec<TInterface> _typed = new();

    public override void Write(ref BodyWriter writer, uint id, TInterface value) => _typed.Write(ref writer, id, Writable(value));

    public override TInterface Read(ref BodyReader reader, WireKind kind) => _typed.Read(ref reader, kind);

    public override TInterface Copy(TInterface value, CopyContext context) => _typed.Copy(Writable(value), context);

    private TInterface Writable(TInterface value) =>
        value is null || CodecFactory.Get(value.GetType()).Unsupported is null ? value! : toPlain(value);
}
