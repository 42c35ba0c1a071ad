using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime;

/// <summary>The client whose observer was called is connected to no silo.</summary>
[GenerateSerializer]
[SuppressMessage("Design", "CA1032", Justification = "Only the engine creates it.")]
public sealed class ClientNotAvailableException : OrleansException
{
    internal ClientNotAvailableException(GrainId clientId)
        : base($"No silo is connected to client '{clientId}'.")
    {
    }

    internal ClientNotAvailableException(string message)
        : base(message)
    {
    }
}
