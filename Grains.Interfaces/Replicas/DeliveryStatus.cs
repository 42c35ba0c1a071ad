namespace Orleans.Kv.Interfaces.Replicas;

/// <summary>What became of a batch. The numbers cross the wire: add, never renumber.</summary>
[GenerateSerializer, Alias("kv.DeliveryStatus")]
public enum DeliveryStatus : byte
{
    /// <summary>Handled; the reply frame answers what could be answered.</summary>
    Delivered = 0,

    /// <summary>The frame cannot be read; nothing of it was handled.</summary>
    Malformed = 1,

    /// <summary>Another store lives at this address by now: the one that was meant is gone, and must not be counted as having answered.</summary>
    AnotherStore = 2,

    /// <summary>The replica does not answer (it is stopping). Nothing was handled.</summary>
    Closed = 3,
}
