namespace Orleans.Kv.Client;

/// <summary>What happens to a key while too few of its replicas can be reached.</summary>
public enum KvMode
{
    /// <summary>CP: linearizable, or refused.</summary>
    Consistent = 1,

    /// <summary>AP: answered from the newest copy at hand, and writes kept to be merged.</summary>
    Available = 2,
}
