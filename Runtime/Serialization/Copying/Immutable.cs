using System.Diagnostics.CodeAnalysis;

namespace Orleans.Concurrency;

/// <summary>Wraps a value of a mutable type that nobody will change any more: calls within one process pass it on without a copy.</summary>
[GenerateSerializer]
[Immutable]
[SuppressMessage("Performance", "CA1815", Justification = "Orleans declares no equality.")]
public readonly struct Immutable<T>
{
    [Id(0)]
    [SuppressMessage("Design", "CA1051", Justification = "Orleans declares it as a field.")]
    public readonly T Value;

    public Immutable(T value) => Value = value;
}
