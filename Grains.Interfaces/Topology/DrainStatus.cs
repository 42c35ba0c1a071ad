namespace Orleans.Kv.Interfaces.Topology;

/// <summary>What became of an operator's wish to drain a node. The numbers cross the wire: add, never renumber.</summary>
[GenerateSerializer, Alias("kv.DrainStatus")]
public enum DrainStatus : byte
{
    /// <summary>On record; the node leaves as soon as the map can be changed.</summary>
    Draining = 0,

    /// <summary>On record, and no map has the node (any more): its process may be stopped.</summary>
    Drained = 1,

    /// <summary>No node of that name is registered.</summary>
    Unknown = 2,

    /// <summary>Nobody would be left in the map.</summary>
    LastNode = 3,

    /// <summary>The silo is dead: it is removed by itself, and there is nothing to drain.</summary>
    Dead = 4,
}
