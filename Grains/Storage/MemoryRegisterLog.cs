using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Storage;

/// <summary>No log: a register is as durable as the process. A store kept like this gets a new store id with every start.</summary>
public sealed class MemoryRegisterLog : IRegisterLog
{
    /// <inheritdoc/>
    public long Position => 0;

    /// <inheritdoc/>
    public void Append(Key key, in Register register)
    {
    }

    /// <inheritdoc/>
    public void AppendFloor(Slot slot, in Floor floor)
    {
    }

    /// <inheritdoc/>
    public void AppendVacated(Slot slot)
    {
    }

    /// <inheritdoc/>
    public ValueTask Flush(long position) => ValueTask.CompletedTask;
}
