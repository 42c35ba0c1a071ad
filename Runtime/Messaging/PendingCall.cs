using Orleans.Serialization.Invocation;

namespace Orleans.Runtime.Messaging;

/// <summary>
/// Somebody waits for an answer. Whoever takes the call out of its <see cref="PendingCalls"/> may end it, and only once: so an
/// answer, a timeout and the loss of the connection cannot meet in it.
/// </summary>
internal abstract class PendingCall
{
    internal const long NoDeadline = long.MaxValue;

    /// <summary>On the clock of <see cref="Environment.TickCount64"/>.</summary>
    public long Deadline { get; set; } = NoDeadline;

    /// <summary>The answer came over a connection. The bytes are gone when this returns.</summary>
    /// <param name="body">The response's body.</param>
    /// <param name="host">The silo that hosts the grain, where it is not the one at the other end.</param>
    public abstract void OnResponse(ReadOnlySpan<byte> body, SiloAddress? host);

    /// <summary>The answer came from an activation in this process.</summary>
    public abstract void OnLocalResponse(Response response);

    public abstract void OnFailure(Exception exception);

    public virtual void OnTimeout() => OnFailure(new TimeoutException("The response did not come in time."));
}
