using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Invocation;

/// <summary>The response of a method with a result.</summary>
public sealed class Response<TResult> : Response
{
    private TResult? _result;

    public TResult? TypedResult
    {
        get => _result;
        set => _result = value;
    }

    public override object? Result
    {
        get => TypedResult;
        set => TypedResult = (TResult?)value;
    }

    public override Exception? Exception
    {
        get => null;
        set => throw new InvalidOperationException("A response with a result takes no exception.");
    }

    [return: MaybeNull]
    public override T GetResult<T>()
    {
        // Without boxing where the types are the same, which the compiler sees.
        if (typeof(T) == typeof(TResult)) return Unsafe.As<TResult, T>(ref Unsafe.AsRef(ref _result)!);
        return (T)(object)_result!;
    }

    public override Type GetSimpleResultType() => typeof(TResult);

    public override void Dispose() => _result = default;

    internal override void WriteResult(ref BodyWriter writer) => CodecOf<TResult>.Instance.Write(ref writer, 0, _result!);

    internal override Response CopyResult() =>
        CodecOf<TResult>.Instance.IsShallow || _result is null ? this : FromResult(BodyOperations.Copy(_result));
}
