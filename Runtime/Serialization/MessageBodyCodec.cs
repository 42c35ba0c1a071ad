using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.Copying;
using Orleans.Serialization.Invocation;
using Orleans.Serialization.Wire;

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
/// <para>
/// A request is the method's identity (8 bytes, see <see cref="RemoteMethod"/>) and its arguments as fields numbered by position, so
/// that a method may be given more of them. A response is one byte that says what it is, and the result or exception as field 0.
/// </para>
/// </remarks>
internal sealed class MessageBodyCodec(BodyOperations bodies)
{
    private const byte CompletedMark = 0;
    private const byte ResultMark = 1;
    private const byte ExceptionMark = 2;

    /// <summary>Writes the method's identity and the arguments. The target is not part of it: the message header names it.</summary>
    public void WriteRequest(IInvokable request, IBufferWriter<byte> output) =>
        bodies.Write(Generated(request), output, static (ref writer, request) =>
        {
            writer.WriteRawUInt64(request.Method.Id);
            request.WriteArguments(ref writer);
        });

    /// <summary>A new request without a target; set one with <see cref="IInvokable.SetTarget"/>, then invoke.</summary>
    public IInvokable ReadRequest(ReadOnlySpan<byte> body) => bodies.Read(0, body, static (ref reader, _) => ReadRequest(ref reader));

    /// <inheritdoc cref="ReadRequest(ReadOnlySpan{byte})"/>
    public IInvokable ReadRequest(in ReadOnlySequence<byte> body) => bodies.Read(0, body, static (ref reader, _) => ReadRequest(ref reader));

    public void WriteResponse(Response response, IBufferWriter<byte> output) =>
        bodies.Write(response, output, static (ref writer, response) =>
        {
            if (response.Exception is { } exception)
            {
                writer.WriteByte(ExceptionMark);
                CodecOf<Exception>.Instance.Write(ref writer, 0, exception);
                return;
            }

            writer.WriteByte(response.GetSimpleResultType() is null ? CompletedMark : ResultMark);
            response.WriteResult(ref writer);
        });

    /// <summary>Reads the answer to <paramref name="request"/>, whose method says which result type the bytes hold.</summary>
    public Response ReadResponse(IInvokable request, ReadOnlySpan<byte> body) =>
        bodies.Read(Generated(request).Method, body, static (ref reader, method) => ReadResponse(ref reader, method));

    /// <inheritdoc cref="ReadResponse(IInvokable, ReadOnlySpan{byte})"/>
    public Response ReadResponse(IInvokable request, in ReadOnlySequence<byte> body) =>
        bodies.Read(Generated(request).Method, body, static (ref reader, method) => ReadResponse(ref reader, method));

    /// <summary>The request a callee in this process may have: the same one where nothing in it can change, else a deep copy.</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "Belongs to the rest, all of which is asked of an instance.")]
    public IInvokable CopyRequest(IInvokable request)
    {
        var generated = Generated(request);
        return generated.Method.IsShallow ? generated : generated.CopyArguments(new CopyContext());
    }

    /// <summary>The response a caller in this process may have, likewise.</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "Belongs to the rest, all of which is asked of an instance.")]
    public Response CopyResponse(Response response) => response.CopyResult();

    /// <summary>Writes any value, its type included where <typeparamref name="T"/> does not settle it: request context, system messages.</summary>
    public void WriteValue<T>(T value, IBufferWriter<byte> output) => bodies.WriteValue(value, output);

    public T ReadValue<T>(ReadOnlySpan<byte> body) => bodies.ReadValue<T>(body);

    private static GeneratedInvokable Generated(IInvokable request) =>
        request as GeneratedInvokable ?? throw new NotSupportedException($"{request.GetType()} is not a call made by a grain reference.");

    private static GeneratedInvokable ReadRequest(ref BodyReader reader)
    {
        var id = reader.ReadFixed64();
        var method = MethodCatalog.Find(id)
            ?? throw new SerializerException($"No grain method here has the identity {id:x16}; the caller may be of a newer build.");
        var request = method.CreateInvokable();
        request.ReadArguments(ref reader);
        return request;
    }

    private static Exception ReadException(ref BodyReader reader) =>
        CodecOf<Exception>.Instance.Read(ref reader, reader.ExpectTag(0)) ?? throw new SerializerException("A failed call without its exception.");

    private static Response ReadResponse(ref BodyReader reader, RemoteMethod method)
    {
        switch (reader.ReadByte())
        {
            case CompletedMark:
                // A caller that expects a result of a method that has none in the callee's build gets the default.
                return method.ResultType is null ? Response.Completed : method.ResultReader.Default;
            case ResultMark:
                return method.ResultReader.Read(ref reader);
            case ExceptionMark:
                return Response.FromException(ReadException(ref reader));
            case var mark:
                BodyFault.Malformed($"A response of an unknown kind, {mark}", reader.Position);
                return null;
        }
    }
}
