using System.Diagnostics.CodeAnalysis;

namespace Orleans.Serialization.Invocation;

internal sealed class CompletedResponse : Response
{
    public static CompletedResponse Instance { get; } = new();

    public override object? Result
    {
        get => null;
        set => throw new InvalidOperationException("The response of a method without a result takes none.");
    }

    public override Exception? Exception
    {
        get => null;
        set => throw new InvalidOperationException("The shared response of methods without a result takes no exception.");
    }

    [return: MaybeNull]
    public override T GetResult<T>() => default!;

    public override void Dispose()
    {
    }

    public override string ToString() => "[completed]";
}
