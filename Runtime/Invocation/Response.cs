using System.Diagnostics.CodeAnalysis;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Invocation;

/// <summary>What became of a call: a result, nothing (a method without one), or an exception.</summary>
public abstract class Response : IDisposable
{
    private protected Response()
    {
    }

    /// <summary>The response of every method that ended well and has no result.</summary>
    public static Response Completed => CompletedResponse.Instance;

    public abstract object? Result { get; set; }

    public abstract Exception? Exception { get; set; }

    public static Response FromException(Exception exception) => new ExceptionResponse { Exception = exception };

    public static Response FromResult<TResult>(TResult value) => new Response<TResult> { TypedResult = value };

    [return: MaybeNull]
    public abstract T GetResult<T>();

    public virtual Type? GetSimpleResultType() => null;

    public abstract void Dispose();

    /// <summary>Writes the result as field 0, if there is one.</summary>
    internal virtual void WriteResult(ref BodyWriter writer)
    {
    }

    /// <summary>This response where its result cannot change, else one with a copy of it.</summary>
    internal virtual Response CopyResult() => this;

    public override string ToString() => Exception is { } exception ? exception.ToString() : Result?.ToString() ?? "[null]";
}
