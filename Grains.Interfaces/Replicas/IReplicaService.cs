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
    /// Delivers a batch of protocol requests, in the frame format of the consensus core, to the store with the id
    /// <paramref name="store"/>, and returns the frame of its replies. What cannot be read or is meant for another store harms nothing:
    /// the reply says so.
    /// </summary>
    /// <remarks>
    /// The engine's timeout is only the backstop that frees a call's memory. The sender gives a batch up much earlier, and the proposers
    /// behind it do not wait for it at all when a quorum has answered.
    /// </remarks>
    [Alias("Deliver")]
    [ResponseTimeout("00:00:02")]
    Task<DeliveryReply> Deliver(Guid store, byte[] frame);

    /// <summary>What the node knows of itself.</summary>
    [Alias("GetStatus")]
    [ResponseTimeout("00:00:02")]
    Task<ReplicaStatus> GetStatus();
}
