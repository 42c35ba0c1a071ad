namespace Orleans.Serialization.Invocation;

/// <summary>The response of a method with a result.</summary>
public sealed class Response<TResult> : Response
{
    public TResult? TypedResult { get; set; }

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

    public override T GetResult<T>()
    {
        if (typeof(T) == typeof(TResult)) return (T)(object)TypedResult!;
        return (T)(object)TypedResult!;
    }

    public override Type GetSimpleResultType() => typeof(TResult);

    public override void Dispose() => TypedResult = default;
}
