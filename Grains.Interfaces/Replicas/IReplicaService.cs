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

    /// <summary>
    /// Asks the store with the id <paramref name="store"/> about whole slots: one request in the frame format of the core's slot codec, one reply likewise. Such
    /// questions are rare and their answers large, so they do not travel with the batches, where everybody's writes would wait behind them.
    /// </summary>
    [Alias("Ask")]
    [ResponseTimeout("00:00:05")]
    Task<DeliveryReply> Ask(Guid store, byte[] frame);

    /// <summary>What the node knows of itself.</summary>
    [Alias("GetStatus")]
    [ResponseTimeout("00:00:02")]
    Task<ReplicaStatus> GetStatus();

    /// <summary>What this silo owes the others: pushes that they did not acknowledge, and slots in which they are known to differ.</summary>
    [Alias("GetPending")]
    [ResponseTimeout("00:00:02")]
    Task<PendingReport> GetPending();

    /// <summary>
    /// The silo of that name is there again: has this silo replay what it owes it, beginning now. Returns at once; false where nothing is owed. Unnecessary for
    /// correctness: a silo tries by itself from time to time.
    /// </summary>
    [Alias("Replay")]
    [ResponseTimeout("00:00:02")]
    Task<bool> Replay(string name);

    /// <summary>What the silo knows of a key by itself: its own copy, and the pending writes it keeps. Says nothing about what is committed.</summary>
    [Alias("Peek")]
    [ResponseTimeout("00:00:02")]
    Task<PeekReply> Peek(PeekRequest request);

    /// <summary>
    /// Keeps a copy of a write that another silo accepted without a quorum, until that silo or, if it is gone, this one has merged it. False where there is no room. A repeat changes nothing.
    /// </summary>
    [Alias("Keep")]
    [ResponseTimeout("00:00:02")]
    Task<bool> Keep(KeptWrite write);

    /// <summary>These writes are merged, and with them all earlier ones of the same silos to the same keys: no copies of them need to be kept.</summary>
    [Alias("Drop")]
    [ResponseTimeout("00:00:02")]
    Task Drop(WriteName[] writes);

    /// <summary>Which of these writes the silo still has to merge, in their order. One that it does not know is the keeper's to merge.</summary>
    [Alias("Holds")]
    [ResponseTimeout("00:00:02")]
    Task<bool[]> Holds(WriteName[] writes);

    /// <summary>Keys whose copies here list conflicts, in the order of keys.</summary>
    /// <param name="from">The first key to list; null for the very first.</param>
    /// <param name="limit">At most so many; fewer where they are large.</param>
    [Alias("ListConflicted")]
    [ResponseTimeout("00:00:02")]
    Task<ConflictedKeys> ListConflicted(string? from, int limit);

    /// <summary>Is there, and says with which store: what a silo asks that has heard nothing from this one for a moment.</summary>
    [Alias("Ping")]
    [ResponseTimeout("00:00:02")]
    Task<Guid> Ping();
}
