namespace Orleans.Kv.Interfaces.Availability;

/// <summary>What became of the deletion of a conflict. The numbers cross the wire: add, never renumber.</summary>
[GenerateSerializer, Alias("kv.ConflictDeletion")]
public enum ConflictDeletion : byte
{
    /// <summary>Committed: it is listed no more.</summary>
    Done = 0,

    /// <summary>There is no such conflict (any more).</summary>
    NotFound = 1,

    /// <summary>No answer in time, or this silo cannot serve: it may be listed still or not.</summary>
    Unavailable = 2,

    /// <summary>That is no id of a conflict.</summary>
    Invalid = 3,

    /// <summary>No quorum of the key's replicas could be reached: it is certainly listed still.</summary>
    NoQuorum = 4,
}
