using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>
/// What every exception has: message, where it was thrown, the exception behind it, its code and its data. Written by hand, since
/// the members that hold it are private to the framework.
/// </summary>
internal static class ExceptionSection
{
    private const uint MessageId = 0;
    private const uint StackTraceId = 1;
    private const uint InnerId = 2;
    private const uint CodeId = 3;
    private const uint DataId = 4;
    private const uint InnersId = 5;

    public static void Write(ref BodyWriter writer, Exception exception)
    {
        // The message of an aggregate repeats those of its inner exceptions, which travel themselves.
        var aggregate = exception as AggregateException;
        CodecOf<string>.Instance.Write(ref writer, MessageId, aggregate is null ? exception.Message : MessageOf(exception)!);
        CodecOf<string>.Instance.Write(ref writer, StackTraceId, exception.StackTrace!);
        if (exception.InnerException is { } inner) CodecOf<Exception>.Instance.Write(ref writer, InnerId, inner);
        CodecOf<int>.Instance.Write(ref writer, CodeId, exception.HResult);
        if (exception.Data.Count > 0) CodecOf<Dictionary<string, string>>.Instance.Write(ref writer, DataId, TextOf(exception.Data));
        if (aggregate is not null) CodecOf<Exception[]>.Instance.Write(ref writer, InnersId, [.. aggregate.InnerExceptions]);
    }

    /// <summary>Reads the section; true when the object ends with it.</summary>
    public static bool Read(ref BodyReader reader, Exception exception)
    {
        string? stackTrace = null;
        while (true)
        {
            var id = reader.ReadTag(out var kind);
            if (kind == WireKind.End)
            {
                if (!string.IsNullOrEmpty(stackTrace)) ExceptionDispatchInfo.SetRemoteStackTrace(exception, stackTrace);
                return reader.IsLastEnd(id);
            }

            switch (id)
            {
                case MessageId:
                    MessageOf(exception) = CodecOf<string>.Instance.Read(ref reader, kind);
                    break;
                case StackTraceId:
                    stackTrace = CodecOf<string>.Instance.Read(ref reader, kind);
                    break;
                case InnerId:
                    InnerOf(exception) = CodecOf<Exception>.Instance.Read(ref reader, kind);
                    break;
                case CodeId:
                    exception.HResult = CodecOf<int>.Instance.Read(ref reader, kind);
                    break;
                case DataId:
                    foreach (var (key, value) in CodecOf<Dictionary<string, string>>.Instance.Read(ref reader, kind) ?? []) exception.Data[key] = value;
                    break;
                case InnersId when exception is AggregateException aggregate:
                    InnersOf(aggregate) = CodecOf<Exception[]>.Instance.Read(ref reader, kind) ?? [];
                    break;
                default:
                    reader.Skip(kind);
                    break;
            }
        }
    }

    // Data may hold anything at all; as text it always arrives.
    private static Dictionary<string, string> TextOf(IDictionary data)
    {
        var text = new Dictionary<string, string>(data.Count);
        foreach (DictionaryEntry entry in data) text[entry.Key.ToString() ?? ""] = entry.Value?.ToString() ?? "";
        return text;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_message")]
    private static extern ref string? MessageOf(Exception exception);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_innerException")]
    private static extern ref Exception? InnerOf(Exception exception);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_innerExceptions")]
    private static extern ref Exception[] InnersOf(AggregateException exception);
}
