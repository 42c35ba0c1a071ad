namespace Orleans.Kv.Consensus;

/// <summary>Where a vote stands.</summary>
public enum Tally
{
    /// <summary>Neither yet: outstanding answers decide.</summary>
    Pending,

    /// <summary>Enough said yes.</summary>
    Won,

    /// <summary>Enough said no, or will never answer, that it can no longer be won.</summary>
    Lost,
}
