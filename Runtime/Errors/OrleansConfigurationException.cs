using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime;

/// <summary>The host's configuration cannot work.</summary>
[GenerateSerializer]
[SuppressMessage("Design", "CA1032", Justification = "The constructors are Orleans'.")]
public sealed class OrleansConfigurationException : Exception
{
    public OrleansConfigurationException(string message)
        : base(message)
    {
    }

    public OrleansConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
