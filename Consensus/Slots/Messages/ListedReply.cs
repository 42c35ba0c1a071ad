using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>A page of a slot's registers, with the slot's floor as it stands now.</summary>
public sealed class ListedReply(long round, Floor floor, ImmutableArray<ListedRegister> registers, Key? next) : SlotReply(round)
{
    public Floor Floor { get; } = floor;

    /// <summary>In <see cref="SlotOrder"/>.</summary>
    public ImmutableArray<ListedRegister> Registers { get; } = registers;

    /// <summary>The cursor for the next page; null where this is the last one.</summary>
    public Key? Next { get; } = next;

    public override string ToString() => $"Listed {Registers.Length}{(Next is null ? "" : " and more")}";
}
