using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Storage;

/// <summary>Storage in memory: created empty whenever the process starts, hence another store each time.</summary>
public sealed class MemoryRegisterStorage : IRegisterStorage
{
    /// <inheritdoc/>
    public StoreId Store { get; private set; } = new(Guid.NewGuid());

    /// <inheritdoc/>
    public IRegisterLog Open(int shard) => new MemoryRegisterLog();

    /// <inheritdoc/>
    public ValueTask Clear()
    {
        Store = new StoreId(Guid.NewGuid());
        return ValueTask.CompletedTask;
    }
}
