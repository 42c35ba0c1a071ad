using Orleans.Serialization.Copying;

namespace Orleans.Serialization.Codecs;

/// <summary>The codec of values that cannot change, so that a copy is the value itself.</summary>
internal abstract class ShallowCodec<T> : Codec<T>
{
    public sealed override bool IsShallow => true;

    public sealed override T Copy(T value, CopyContext context) => value;
}
