namespace Orleans.Kv.Interfaces.Changes;

/// <summary>How a question to a change feed ended. The numbers cross the wire: add, never renumber.</summary>
[GenerateSerializer, Alias("kv.ChangeStatus")]
public enum ChangeStatus : byte
{
    /// <summary>The entries are all that follows the number asked for, or the first of it.</summary>
    Ok = 0,

    /// <summary>The silo has no such subscription (any more): follow again, and then read anew.</summary>
    Unknown = 1,

    /// <summary>
    /// So much waited that all of it was dropped, up to <see cref="ChangeBatch.Last"/>: go on from there, and read everything anew. What is told afterwards is complete again.
    /// </summary>
    Lost = 2,

    /// <summary>The silo cannot be asked at present, or is not known by that name.</summary>
    Unreachable = 3,
}
