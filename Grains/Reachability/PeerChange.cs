namespace Orleans.Kv.Grains.Reachability;

/// <summary>What a look at a node brought.</summary>
internal enum PeerChange
{
    None,

    /// <summary>It cannot be reached any more.</summary>
    Lost,

    /// <summary>It can be reached again.</summary>
    Found,
}
