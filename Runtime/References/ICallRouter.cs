using Orleans.Runtime.Messaging;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>Brings requests on their way: within a silo, to another one, or from a client to a gateway.</summary>
internal interface ICallRouter
{
    /// <summary>Whoever wants to know where answers came from; null if nobody does.</summary>
    ILocationListener? Locations { get; }

    /// <summary>
    /// Sends a request; when this returns, its arguments may change. <paramref name="call"/> is null for a one-way call. What
    /// it throws has not been sent.
    /// </summary>
    void Send(in RequestHeader header, IInvokable request, PendingCall? call);
}
