using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>
/// The registers of a slot that a node would purge, and the floor that would stand in for them.
/// <para>A purge goes, under one stable map and by messages of its epoch:</para>
/// <list type="number">
/// <item>One replica finds candidates, by <see cref="SlotRegisters.FindPurgeable"/>.</item>
/// <item>It asks all n replicas, itself too, with a <see cref="HoldsRequest"/>: each raises its floor, then says of which keys it holds nothing but this state.</item>
/// <item>It asks all other nodes of the map, with a <see cref="DigestRequest"/> of zeros, whether they have dropped what they once held of the slot. Once for many slots.</item>
/// <item>What all have confirmed it purges on all n, with a <see cref="PurgeRequest"/>. Any answer missing: nothing, and another time.</item>
/// </list>
/// <para>
/// Why nothing comes back. When all have answered, no node of the map has another state of the key, and none can get one by a ballot below the tombstone's: replicas that
/// hold the tombstone promised as much, those without a register have the floor, and the others take nothing in. That stays so: promises and floors do not fall,
/// messages of older epochs are refused everywhere, and a store that has left the map never returns to it. So a proposer finds the tombstone or, once it is gone
/// somewhere, a floor: of any r replicas, those that purged answer a floor above the promises, versions, stamps and deadlines of what they had, and all others have
/// had the same floor since the second step.
/// </para>
/// <para>
/// Why the deadlines. A tombstone remembers outcomes; a copy of such an operation, delayed, would be applied a second time if it were forgotten. The floor's stamp lies
/// above the deadline of each, so the copy is too late by rule 3 (see <see cref="Transition"/>).
/// </para>
/// </summary>
public sealed record PurgeCandidates(Slot Slot, Floor Floor, ImmutableArray<KeyAtBallot> Keys)
{
    public HoldsRequest ToHolds(Epoch epoch, long round) => new(Slot, epoch, round, Floor, Keys);

    public PurgeRequest ToPurge(Epoch epoch, long round, IEnumerable<KeyAtBallot> confirmed) => new(Slot, epoch, round, [.. confirmed]);
}
