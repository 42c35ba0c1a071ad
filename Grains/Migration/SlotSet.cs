using System.Numerics;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Migration;

/// <summary>A set of slots, one bit each. Not thread safe.</summary>
internal sealed class SlotSet
{
    private const int Words = Slot.Count / 64;

    private readonly ulong[] _words = new ulong[Words];

    public int Count
    {
        get
        {
            var count = 0;
            foreach (var word in _words) count += BitOperations.PopCount(word);
            return count;
        }
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote; bytes of any other length are an empty set, which orders and reports nothing.</summary>
    public static SlotSet FromBytes(byte[] bytes)
    {
        var set = new SlotSet();
        if (bytes.Length == Words * sizeof(ulong)) Buffer.BlockCopy(bytes, 0, set._words, 0, bytes.Length);
        return set;
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[Words * sizeof(ulong)];
        Buffer.BlockCopy(_words, 0, bytes, 0, bytes.Length);
        return bytes;
    }

    public bool Contains(int slot) => (_words[slot >> 6] >> (slot & 63) & 1) != 0;

    public void Add(int slot) => _words[slot >> 6] |= 1UL << (slot & 63);

    public void UnionWith(SlotSet other)
    {
        for (var i = 0; i < Words; i++) _words[i] |= other._words[i];
    }

    /// <summary>Every slot of <paramref name="other"/> is in this set.</summary>
    public bool IsSupersetOf(SlotSet other)
    {
        for (var i = 0; i < Words; i++)
        {
            if ((other._words[i] & ~_words[i]) != 0) return false;
        }

        return true;
    }

    public bool IsSubsetOf(SlotSet other) => other.IsSupersetOf(this);

    /// <summary>The slots that are in both sets.</summary>
    public int CountCommon(SlotSet other)
    {
        var count = 0;
        for (var i = 0; i < Words; i++) count += BitOperations.PopCount(_words[i] & other._words[i]);
        return count;
    }
}
