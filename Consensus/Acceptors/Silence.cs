namespace Orleans.Kv.Consensus;

/// <summary>Why a request gets no answer. Silence is always safe: to the sender it is a node that is slow.</summary>
public enum Silence : byte
{
    /// <summary>It gets one.</summary>
    None,

    /// <summary>It comes from a later epoch: get that map first (from the sender, else from the authority), then handle it again.</summary>
    NeedsNewerMap,

    /// <summary>It would make the store grow beyond what it may hold.</summary>
    NoRoom,

    /// <summary>The bytes of the register's state are no longer those that were accepted, and nobody must adopt them.</summary>
    Corrupt,

    /// <summary>Under its epoch this node has no say about the key: the sender's aim was wrong.</summary>
    NotReplica,
}
