using Orleans.Serialization.Codecs;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Invocation;

/// <summary>Reads the result of one method from a response.</summary>
internal abstract class ResultReader
{
    public static ResultReader For(Type? resultType) =>
        resultType is null ? new NoResult() : (ResultReader)Activator.CreateInstance(typeof(Typed<>).MakeGenericType(resultType))!;

    /// <summary>The response that holds the default of the result's type.</summary>
    public abstract Response Default { get; }

    public abstract Response Read(ref BodyReader reader);

    private sealed class Typed<T> : ResultReader
    {
        public override Response Default => Response.FromResult<T?>(default);

        public override Response Read(ref BodyReader reader) =>
            Response.FromResult(CodecOf<T>.Instance.Read(ref reader, reader.ExpectTag(0)));
    }

    // The callee's build may have given the method a result that the caller's does not know of.
    private sealed class NoResult : ResultReader
    {
        public override Response Default => Response.Completed;

        public override Response Read(ref BodyReader reader)
        {
            reader.Skip(reader.ExpectTag(0));
            return Response.Completed;
        }
    }
}
