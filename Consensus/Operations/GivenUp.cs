namespace Orleans.Kv.Consensus;

/// <summary>Why an operation was given up.</summary>
public enum GivenUp : byte
{
    /// <summary>Too few replicas can be reached.</summary>
    NoQuorum = 1,

    /// <summary>The caller's patience ended first.</summary>
    TimedOut = 2,

    /// <summary>A bound is met: too many queued or remembered operations on this key. Try again later.</summary>
    Overloaded = 3,

    /// <summary>A late copy of an operation that its origin says is answered: nobody waits for this answer.</summary>
    Ghost = 4,

    /// <summary>The proposer was closed.</summary>
    Closed = 5,
}
