using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Orleans.Serialization.Copying;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>An immutable array as the array inside it. One that was never set stays so, and is not the same as an empty one.</summary>
internal sealed class ImmutableArrayCodec<T> : Codec<ImmutableArray<T>>
{
    public override bool IsShallow => CodecOf<T>.Instance.IsShallow;

    public override void Write(ref BodyWriter writer, uint id, ImmutableArray<T> value) =>
        CodecOf<T[]>.Instance.Write(ref writer, id, ImmutableCollectionsMarshal.AsArray(value)!);

    public override ImmutableArray<T> Read(ref BodyReader reader, WireKind kind) =>
        ImmutableCollectionsMarshal.AsImmutableArray(CodecOf<T[]>.Instance.Read(ref reader, kind));

    public override ImmutableArray<T> Copy(ImmutableArray<T> value, CopyContext context) =>
        IsShallow
            ? value
            : ImmutableCollectionsMarshal.AsImmutableArray(CodecOf<T[]>.Instance.Copy(ImmutableCollectionsMarshal.AsArray(value)!, context));
}
