using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Storage;

/// <summary>
/// Where the registers of one shard become durable. The shard's memory is the truth it works with; the log is what a restart would find.
/// One caller at a time appends (the shard); a flush may be awaited by many at once.
/// </summary>
/// <remarks>
/// The protocol's duty is kept by position alone: whatever was computed from the shard's memory at some moment is released once the log is
/// durable up to where it stood at that moment. This covers a reply that changed nothing but was computed from a register still being saved.
/// </remarks>
public interface IRegisterLog
{
    /// <summary>The position after everything appended so far.</summary>
    long Position { get; }

    /// <summary>
    /// Adds the register's new content; an absent one says that the key's register is gone. It is durable when a flush up to the new <see cref="Position"/> has completed.
    /// </summary>
    void Append(Key key, in Register register);

    /// <summary>Adds the slot's new floor. It must become durable no later than the removals that are appended after it.</summary>
    void AppendFloor(Slot slot, in Floor floor);

    /// <summary>Says that all registers the slot had are gone, and its floor.</summary>
    void AppendVacated(Slot slot);

    /// <summary>
    /// Completes when everything before <paramref name="position"/> is durable, at once where it is already. A failure means that durability
    /// is not known: the store must not be used any more.
    /// </summary>
    ValueTask Flush(long position);
}
