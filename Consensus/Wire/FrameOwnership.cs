namespace Orleans.Kv.Consensus;

/// <summary>Whose bytes a frame's values may be after decoding.</summary>
public enum FrameOwnership
{
    /// <summary>The frame's memory will be reused: every value is copied.</summary>
    Borrowed,

    /// <summary>
    /// The frame's memory is handed over and never written again: a value that makes up at least half of the frame stays a slice of it. Smaller ones are
    /// copied all the same, since each would keep the whole batch's memory alive for as long as it is stored.
    /// </summary>
    Owned,
}
