using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>A page of a slot's registers, with the slot's floor as it stands now.</summary>
public sealed class ListedReply : SlotReply
{
    /// <exception cref="ArgumentException">The registers are too many or not in order, or the cursor is not the last of them.</exception>
    public ListedReply(long round, Floor floor, ImmutableArray<ListedRegister> registers, Key? next)
        : base(round)
    {
        if (registers.Length > OneSlotRequest.MaxKeys)
            throw new ArgumentException($"a page has at most {OneSlotRequest.MaxKeys} registers", nameof(registers));
        for (var i = 1; i < registers.Length; i++)
        {
            if (SlotOrder.Instance.Compare(registers[i - 1].Key, registers[i].Key) >= 0)
                throw new ArgumentException("listed registers must be in order, each once", nameof(registers));
        }

        // Whoever walks through the pages must come to an end.
        if (next is not null && (registers.IsEmpty || next != registers[^1].Key))
            throw new ArgumentException("the cursor is the last key of the page", nameof(next));
        Floor = floor;
        Registers = registers;
        Next = next;
    }

    public Floor Floor { get; }

    /// <summary>In <see cref="SlotOrder"/>.</summary>
    public ImmutableArray<ListedRegister> Registers { get; }

    /// <summary>The cursor for the next page; null where this is the last one.</summary>
    public Key? Next { get; }

    public override string ToString() => $"Listed {Registers.Length}{(Next is null ? "" : " and more")}";
}
