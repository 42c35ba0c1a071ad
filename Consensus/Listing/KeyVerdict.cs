namespace Orleans.Kv.Consensus;

/// <summary>What the answers of nodes say about a key.</summary>
public enum KeyVerdict : byte
{
    /// <summary>It does not exist.</summary>
    Absent = 0,

    /// <summary>It exists.</summary>
    Exists = 1,

    /// <summary>Somebody is writing it, or its replicas differ, or it is due: only a read of the key itself can tell.</summary>
    Unclear = 2,
}
