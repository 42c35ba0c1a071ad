using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace Orleans.Serialization.Invocation;

internal sealed class ExceptionResponse : Response
{
    public override object? Result
    {
        get
        {
            Throw();
            return null;
        }
        set => throw new InvalidOperationException("The response of a failed call takes no result.");
    }

    public override Exception? Exception { get; set; }

    [return: MaybeNull]
    public override T GetResult<T>()
    {
        Throw();
        return default!;
    }

    public override void Dispose()
    {
    }

    // The stack of where it was thrown stays part of it.
    private void Throw() => ExceptionDispatchInfo.Throw(Exception!);
}
