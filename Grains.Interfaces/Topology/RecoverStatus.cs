namespace Orleans.Kv.Interfaces.Topology;

/// <summary>What an operator's recover comes to. The numbers cross the wire: add, never renumber.</summary>
[GenerateSerializer, Alias("kv.RecoverStatus")]
public enum RecoverStatus : byte
{
    /// <summary>No node of the map is missing. Nothing was changed.</summary>
    NotNeeded = 0,

    /// <summary>This is what it would do. Nothing was changed.</summary>
    Planned = 1,

    /// <summary>Done: the map of <see cref="RecoverReply.Epoch"/> is in force.</summary>
    Applied = 2,

    /// <summary>It cannot be done: no node is alive that could hold anything, or the cluster has no map. Nothing was changed.</summary>
    Impossible = 3,

    /// <summary>The map changed meanwhile. Nothing was changed by this call: look again.</summary>
    Superseded = 4,
}
