using Orleans.Concurrency;

namespace Orleans.Kv.Interfaces.Replication;

/// <summary>
/// Knows how far the silo of a name (the grain's key) is behind the others. Each silo keeps for itself what it could not push; this grain gathers it, has it replayed when
/// the silo is there again, and answers "is it in sync?". It keeps nothing that is not told anew on the next question.
/// </summary>
[Alias("kv.IReplicationGrain")]
public interface IReplicationGrain : IGrainWithStringKey
{
    /// <summary>Asks all silos now.</summary>
    [Alias("GetStatus")]
    [ResponseTimeout("00:00:05")]
    [AlwaysInterleave]
    ValueTask<ReplicationStatus> GetStatus();

    /// <summary>A silo has failed to push something to the node: watches from now on for its return, until nothing is owed any more.</summary>
    [Alias("Owed")]
    [OneWay]
    [AlwaysInterleave]
    Task Owed();
}
