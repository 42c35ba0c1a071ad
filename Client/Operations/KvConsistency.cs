namespace Orleans.Kv.Client;

/// <summary>What a fetch asks for.</summary>
public enum KvConsistency
{
    /// <summary>What the cluster's mode says: linearizable, and in AP mode without a quorum the newest copy at hand.</summary>
    Default,

    /// <summary>Linearizable or nothing.</summary>
    Strong,

    /// <summary>The newest copy at hand, without asking a quorum.</summary>
    Eventual,
}
