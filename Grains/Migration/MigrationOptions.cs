using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Migration;

/// <summary>How much of a migration a silo does at once. More makes it shorter, and the operations that share the way with it slower.</summary>
public sealed class MigrationOptions
{
    /// <summary>Slots under way: enough that one slot's listings travel while another one's keys do.</summary>
    public int Slots { get; set; } = 8;

    /// <summary>Keys on their way to other nodes: eight times as many were no faster, and operations waited behind them.</summary>
    public int Keys { get; set; } = 256;

    /// <summary>Bytes of values on their way, about. A single larger value travels alone. An operation waits behind no more than this.</summary>
    public long Bytes { get; set; } = 4L << 20;

    /// <summary>Keys being settled, which costs two rounds with all replicas each.</summary>
    public int Settles { get; set; } = 64;

    internal IEnumerable<string> Faults()
    {
        if (Slots is < 1 or > Slot.Count) yield return $"{nameof(MigrationOptions)}.{nameof(Slots)} must be from 1 to {Slot.Count}.";
        if (Keys < 1) yield return $"{nameof(MigrationOptions)}.{nameof(Keys)} must be positive.";
        if (Bytes < 1) yield return $"{nameof(MigrationOptions)}.{nameof(Bytes)} must be positive.";
        if (Settles < 1) yield return $"{nameof(MigrationOptions)}.{nameof(Settles)} must be positive.";
    }
}
