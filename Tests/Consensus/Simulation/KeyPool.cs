using System.Globalization;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>Keys of a few slots: keys that share a slot share its floor, its listing and its migration, and most rules about those show only where they do.</summary>
internal static class KeyPool
{
    public const int Slots = 12;
    public const int PerSlot = 40;

    private static readonly Lazy<Key[][]> Pool = new(Fill);

    /// <summary>The key of that number in one of the first <see cref="Slots"/> slots.</summary>
    public static Key Take(int slot, int number) => Pool.Value[slot][number];

    private static Key[][] Fill()
    {
        var found = Enumerable.Range(0, Slots).Select(static _ => new List<Key>(PerSlot)).ToArray();
        var missing = Slots * PerSlot;
        for (var i = 0; missing > 0; i++)
        {
            var key = Key.From("key-" + i.ToString(CultureInfo.InvariantCulture));
            if (key.Slot.Index >= Slots || found[key.Slot.Index].Count == PerSlot)
                continue;
            found[key.Slot.Index].Add(key);
            missing--;
        }

        return [.. found.Select(static keys => keys.ToArray())];
    }
}
