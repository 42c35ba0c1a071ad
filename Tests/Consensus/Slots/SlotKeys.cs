using System.Globalization;
using System.Text;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Slots;

/// <summary>Keys that share a slot, and the nodes and maps that go with it.</summary>
internal static class SlotKeys
{
    public static readonly NodeId Self = Maps.Node("n0");

    /// <summary>Three replicas, of which <see cref="Self"/> is one.</summary>
    public static readonly ClusterMap Map = Maps.Stable(WriteQuorum.Majority, 3, epoch: 5);

    public static readonly Key[] All = [.. Enumerable.Range(0, 200_000)
        .Select(static i => Key.From("k" + i.ToString(CultureInfo.InvariantCulture)))
        .Where(static key => key.Slot.Index == 7)
        .Take(100)];

    public static readonly Slot Slot = All[0].Slot;

    public static SlotRegisters New(Faults faults = Faults.None, RegisterIndex? index = null) => new(Slot, Self, default, faults, index);

    public static ClusterMap At(long epoch) => new(new Epoch(epoch), ConsistencyMode.Consistent, Map.Generations);

    public static RegisterState Tombstone(long version, long stamp = 0, OperationMemory? memory = null) => new(
        isTombstone: true, default, null, version, new HybridTimestamp(stamp), default, new HybridTimestamp(stamp), memory ?? OperationMemory.Empty);

    /// <summary>A value over which a write was lost.</summary>
    public static RegisterState Conflicted(long version)
    {
        ContestedWrite Side(long clock, string silo, string value) => new(new WriteStamp(new HybridTimestamp(clock), silo), isDelete: false, Encoding.UTF8.GetBytes(value), null);
        return new RegisterState(
            isTombstone: false, "kept"u8.ToArray(), null, version, new HybridTimestamp(20), default, new HybridTimestamp(20), OperationMemory.Empty,
            new Divergence("", [new WriteStamp(new HybridTimestamp(10), "s1")], [new Conflict(Side(10, "s1", "lost"), Side(20, "", "kept"))]));
    }

    public static AcceptRequest Accept(Key key, Ballot ballot, RegisterState state, Ballot? next = null) => new(key, Map.Epoch, 1, ballot, state, next ?? ballot);

    public static PrepareRequest Prepare(Key key, Ballot ballot) => new(key, Map.Epoch, 1, ballot);
}
