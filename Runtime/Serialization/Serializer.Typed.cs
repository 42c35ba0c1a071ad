using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Orleans.Serialization;

/// <inheritdoc cref="Serializer"/>
public sealed class Serializer<T>
{
    private readonly Serializer _serializer;

    internal Serializer(Serializer serializer) => _serializer = serializer;

    public byte[] SerializeToArray([AllowNull] T value) => _serializer.SerializeToArray(value);

    public void Serialize<TBufferWriter>([AllowNull] T value, TBufferWriter destination)
        where TBufferWriter : IBufferWriter<byte> => _serializer.Serialize(value!, destination);

    [return: MaybeNull]
    public T Deserialize(byte[] source) => _serializer.Deserialize<T>(source);

    [return: MaybeNull]
    public T Deserialize(ReadOnlySpan<byte> source) => _serializer.Deserialize<T>(source);

    [return: MaybeNull]
    public T Deserialize(ReadOnlyMemory<byte> source) => _serializer.Deserialize<T>(source);

    [return: MaybeNull]
    public T Deserialize(ReadOnlySequence<byte> source) => _serializer.Deserialize<T>(source);
}
