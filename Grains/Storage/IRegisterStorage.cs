using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Storage;

/// <summary>A node's storage: the id of its store and the logs of the store's shards.</summary>
public interface IRegisterStorage
{
    /// <summary>Random, made when the store was created empty, and lost with it.</summary>
    StoreId Store { get; }

    /// <summary>The store outlives the process: a silo that is dead may return with it.</summary>
    bool IsDurable => false;

    /// <summary>The log of one of the replica's shards.</summary>
    IRegisterLog Open(int shard);

    /// <summary>
    /// Forgets everything: <see cref="Store"/> is the id of another, empty store from then on, and the logs have to be opened anew. Late appends to the former logs are of no consequence.
    /// </summary>
    ValueTask Clear();
}
