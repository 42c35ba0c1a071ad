namespace Orleans.Kv.Consensus;

/// <summary>The request was made under an older map than this one.</summary>
public sealed class StaleSlotReply : SlotReply
{
    public StaleSlotReply(long round, ClusterMap map)
        : base(round)
    {
        ArgumentNullException.ThrowIfNull(map);
        Map = map;
    }

    public ClusterMap Map { get; }

    public override string ToString() => $"StaleEpoch {Map.Epoch}";
}
