namespace Orleans.Runtime.Messaging;

/// <summary>Asks the engine of another silo.</summary>
internal interface ISystemCaller
{
    /// <summary>Fails with <see cref="SiloUnavailableException"/> where the silo cannot be reached, <see cref="TimeoutException"/> where it is silent.</summary>
    Task<byte[]> Ask(SiloAddress silo, SystemOperation operation, ReadOnlyMemory<byte> payload, TimeSpan? timeout = null);
}
