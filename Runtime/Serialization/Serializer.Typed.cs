using System.Buffers;

namespace Orleans.Serialization;

/// <inheritdoc cref="Serializer"/>
public sealed class Serializer<T>
{
    private readonly Serializer _serializer;

    internal Serializer(Serializer serializer) => _serializer = serializer;

    public byte[] SerializeToArray(T value) => _serializer.SerializeToArray(value);

    public void Serialize<TBufferWriter>(T value, TBufferWriter destination)
        where TBufferWriter : IBufferWriter<byte> => _serializer.Serialize(value, destination);

    public T Deserialize(byte[] source) => _serializer.Deserialize<T>(source);

    public T Deserialize(ReadOnlySpan<byte> source) => _serializer.Deserialize<T>(source);

    public T Deserialize(ReadOnlyMemory<byte> source) => _serializer.Deserialize<T>(source);

    public T Deserialize(ReadOnlySequence<byte> source) => _serializer.Deserialize<T>(source);
}
