namespace Orleans.Kv.Client;

/// <summary>How a watch begins, and what it does without a connection.</summary>
public sealed record KvWatchOptions
{
    /// <summary>The version of the key that the caller knows: no event while the key has it still, else an ordinary one. Not for prefixes.</summary>
    public long? From { get; init; }

    /// <summary>For how long a watch that has once been connected tries to be so again; null: until it is cancelled. One that was never connected ends after <see cref="KvClientOptions.CallTimeout"/>.</summary>
    public TimeSpan? GiveUpAfter { get; init; }

    /// <summary>Is told each time that the connection is lost or cannot be made. Nothing of a key's last state is lost by it.</summary>
    public Action<KvException>? Interrupted { get; init; }
}
