namespace Orleans.Kv.Interfaces.Cluster;

/// <summary>What a node is to the silo that is asked. The numbers cross the wire: add, never renumber.</summary>
[GenerateSerializer, Alias("kv.NodeState")]
public enum NodeState : byte
{
    /// <summary>Alive and not (yet) in the map.</summary>
    Joining = 0,

    /// <summary>In the map, alive, answering.</summary>
    InSync = 1,

    /// <summary>In the map and alive, with pushes outstanding.</summary>
    CatchingUp = 2,

    /// <summary>In the map and not declared dead, but it does not answer this silo.</summary>
    Partitioned = 3,

    /// <summary>To leave the map, or out of it for good (then it is no member any more), by an operator's wish.</summary>
    Draining = 4,

    /// <summary>In the map, and membership says it is gone.</summary>
    Dead = 5,
}
