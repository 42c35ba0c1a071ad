using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime;

/// <summary>The silo that was called, or would have been, is gone or refuses connections.</summary>
[GenerateSerializer]
[SuppressMessage("Design", "CA1032", Justification = "The constructors are Orleans'.")]
public sealed class SiloUnavailableException : OrleansMessageRejectionException
{
    public SiloUnavailableException()
        : base("The silo is unavailable.")
    {
    }

    public SiloUnavailableException(string msg)
        : base(msg)
    {
    }

    public SiloUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
