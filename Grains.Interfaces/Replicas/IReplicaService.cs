using Orleans.Services;

namespace Orleans.Kv.Interfaces.Replicas;

/// <summary>
/// What a silo's replica answers to the other silos. One per silo, addressed by silo address and never through the directory: a
/// message for one silo's memory must not be delivered to another's.
/// </summary>
[Alias("kv.IReplicaService")]
public interface IReplicaService : IGrainService
{
    /// <summary>
    /// Delivers a batch of protocol requests, in the frame format of the consensus core, and returns the frame of its replies in the
    /// same order. What cannot be read is answered with a frame that says so; it harms nothing.
    /// </summary>
    /// <remarks>
    /// The engine's timeout is only the backstop that frees a call's memory. The sender gives a batch up much earlier, and the proposers
    /// behind it do not wait for it at all when a quorum has answered.
    /// </remarks>
    [Alias("Deliver")]
    [ResponseTimeout("00:00:02")]
    Task<byte[]> Deliver(byte[] frame);
}
