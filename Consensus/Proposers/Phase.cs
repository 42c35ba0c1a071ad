namespace Orleans.Kv.Consensus;

internal enum Phase
{
    Idle,
    Reading,
    Preparing,
    Accepting,

    /// <summary>A ballot was lost; the random pause before the next one.</summary>
    Pausing,
    Closed,
}
