using System.Buffers;
using Orleans.Serialization.Invocation;

namespace Orleans.Serialization;

/// <summary>
/// What messaging needs from serialization: the bodies of requests and responses as bytes, and their copies for calls that
/// stay in the process.
/// </summary>
/// <remarks>
/// Thread-safe. A write that fails (a value no codec knows, a graph too deep) may already have put bytes into the output: the
/// caller takes those back, and answers with the exception instead. A read that fails throws <see cref="SerializerException"/>
/// and nothing else, whatever the bytes are; the body is then lost, the connection is not.
/// <para>
/// A caller may change its arguments as soon as its call returns a task. So write the request (or copy it) before that, on the
/// caller's thread; likewise a response before the grain's next turn. Writing a queued original later is a race.
/// </para>
/// </remarks>
internal sealed class MessageBodyCodec
{
    /// <summary>Writes the method's identity and the arguments. The target is not part of it: the message header names it.</summary>
    public void WriteRequest(IInvokable request, IBufferWriter<byte> output) => throw new NotImplementedException();

    /// <summary>A new request without a target; set one with <see cref="IInvokable.SetTarget"/>, then invoke.</summary>
    public IInvokable ReadRequest(ReadOnlySpan<byte> body) => throw new NotImplementedException();

    /// <inheritdoc cref="ReadRequest(ReadOnlySpan{byte})"/>
    public IInvokable ReadRequest(in ReadOnlySequence<byte> body) => throw new NotImplementedException();

    public void WriteResponse(Response response, IBufferWriter<byte> output) => throw new NotImplementedException();

    /// <summary>Reads the answer to <paramref name="request"/>, whose method says which result type the bytes hold.</summary>
    public Response ReadResponse(IInvokable request, ReadOnlySpan<byte> body) => throw new NotImplementedException();

    /// <inheritdoc cref="ReadResponse(IInvokable, ReadOnlySpan{byte})"/>
    public Response ReadResponse(IInvokable request, in ReadOnlySequence<byte> body) => throw new NotImplementedException();

    /// <summary>The request a callee in this process may have: the same one where nothing in it can change, else a deep copy.</summary>
    public IInvokable CopyRequest(IInvokable request) => throw new NotImplementedException();

    /// <summary>The response a caller in this process may have, likewise.</summary>
    public Response CopyResponse(Response response) => throw new NotImplementedException();

    /// <summary>Writes any value, its type included where <typeparamref name="T"/> does not settle it: request context, system messages.</summary>
    public void WriteValue<T>(T value, IBufferWriter<byte> output) => throw new NotImplementedException();

    public T ReadValue<T>(ReadOnlySpan<byte> body) => throw new NotImplementedException();
}
