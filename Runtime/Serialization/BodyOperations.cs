using System.Buffers;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.Copying;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization;

internal delegate T BodyRead<TState, out T>(ref BodyReader reader, TState state);

internal delegate void BodyWrite<TState>(ref BodyWriter writer, TState state);

/// <summary>
/// One body from beginning to end: sessions taken and given back, faults turned into the one exception that callers expect, bytes left
/// over noticed.
/// </summary>
internal sealed class BodyOperations(IServiceProvider services)
{
    private IReferenceBinder? _binder;

    // Asked for late: what binds references needs proxies, which need this.
    private IReferenceBinder? Binder => _binder ??= services.GetService<IReferenceBinder>();

    public void Write<TState>(TState state, IBufferWriter<byte> output, BodyWrite<TState> write)
    {
        var session = WriteSession.Rent(Binder);
        try
        {
            var writer = new BodyWriter(output, session);
            write(ref writer, state);
            writer.Flush();
        }
        finally
        {
            session.Return();
        }
    }

    public T Read<TState, T>(TState state, ReadOnlySpan<byte> body, BodyRead<TState, T> read)
    {
        var session = ReadSession.Rent(Binder);
        try
        {
            var reader = new BodyReader(body, session);
            var value = read(ref reader, state);
            reader.ExpectEnd();
            return value;
        }
        catch (Exception exception) when (exception is not (SerializerException or OutOfMemoryException))
        {
            // Constructors, comparers and setters of the application run in here, and may throw what they like.
            throw new SerializerException($"The body cannot be read: {exception.Message}", exception);
        }
        finally
        {
            session.Return();
        }
    }

    public T Read<TState, T>(TState state, in ReadOnlySequence<byte> body, BodyRead<TState, T> read)
    {
        if (body.IsSingleSegment) return Read(state, body.FirstSpan, read);
        var length = checked((int)body.Length);
        var whole = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            body.CopyTo(whole);
            return Read(state, whole.AsSpan(0, length), read);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    public void WriteValue<T>(T value, IBufferWriter<byte> output) =>
        Write(value, output, static (ref writer, value) => CodecOf<T>.Instance.Write(ref writer, 0, value));

    public T ReadValue<T>(ReadOnlySpan<byte> body) => Read(0, body, static (ref reader, _) => ReadValue<T>(ref reader));

    public T ReadValue<T>(in ReadOnlySequence<byte> body) => Read(0, body, static (ref reader, _) => ReadValue<T>(ref reader));

    public static T Copy<T>(T value)
    {
        var codec = CodecOf<T>.Instance;
        return codec.IsShallow ? value : codec.Copy(value, new CopyContext());
    }

    private static T ReadValue<T>(ref BodyReader reader) => CodecOf<T>.Instance.Read(ref reader, reader.ExpectTag(0));
}
