using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime;

/// <summary>A lifecycle was stopped while it was starting.</summary>
[GenerateSerializer]
[SuppressMessage("Design", "CA1032", Justification = "Only the engine creates it.")]
public sealed class OrleansLifecycleCanceledException : OrleansException
{
    internal OrleansLifecycleCanceledException(string message)
        : base(message)
    {
    }
}
