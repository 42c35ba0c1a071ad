using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Orleans.Serialization.Codecs;

namespace Orleans.Serialization;

/// <summary>
/// Values to bytes and back. Reading throws <see cref="SerializerException"/> for bytes that are not what they should be. The type
/// argument is part of the contract: read with the one that was written with, or with another build's version of it.
/// </summary>
public sealed class Serializer
{
    private readonly BodyOperations _bodies;

    internal Serializer(BodyOperations bodies) => _bodies = bodies;

    [SuppressMessage("Performance", "CA1822", Justification = "Orleans declares it so.")]
    public bool CanSerialize<T>() => CanSerialize(typeof(T));

    [SuppressMessage("Performance", "CA1822", Justification = "Orleans declares it so.")]
    public bool CanSerialize(Type type) => CodecFactory.Get(type).Unsupported is null;

    public Serializer<T> GetSerializer<T>() => new(this);

    public byte[] SerializeToArray<T>([AllowNull] T value)
    {
        var output = new ArrayBufferWriter<byte>();
        _bodies.WriteValue(value!, output);
        return output.WrittenSpan.ToArray();
    }

    public void Serialize<T, TBufferWriter>([AllowNull] T value, TBufferWriter destination)
        where TBufferWriter : IBufferWriter<byte> => _bodies.WriteValue(value!, destination);

    [return: MaybeNull]
    public T Deserialize<T>(byte[] source) => _bodies.ReadValue<T>(source);

    [return: MaybeNull]
    public T Deserialize<T>(ReadOnlySpan<byte> source) => _bodies.ReadValue<T>(source);

    [return: MaybeNull]
    public T Deserialize<T>(ReadOnlyMemory<byte> source) => _bodies.ReadValue<T>(source.Span);

    [return: MaybeNull]
    public T Deserialize<T>(ReadOnlySequence<byte> source) => _bodies.ReadValue<T>(source);
}
