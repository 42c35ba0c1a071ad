namespace Orleans.Kv.Consensus;

/// <summary>One replica's copy of the state of a key at one ballot.</summary>
/// <param name="Node">The replica.</param>
/// <param name="ListedHash">The hash it lists: of the state as it was when it was accepted.</param>
/// <param name="State">The state as its bytes are now; null where the replica hands it out no more, because it knows it to be corrupt.</param>
public readonly record struct StateCopy(NodeId Node, ulong ListedHash, RegisterState? State)
{
    /// <summary>The bytes are still what the replica accepted.</summary>
    public bool IsSound => State is not null && State.Hash == ListedHash;
}
