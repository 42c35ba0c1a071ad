namespace Orleans.Kv.Consensus;

/// <summary>
/// What a caller wants done with one key. Immutable; its bytes belong to it, as a state may keep them.
/// <para>
/// <see cref="Id"/> and <see cref="Deadline"/> are the same on every retry and for every proposer that is asked: they are what makes the operation
/// happen at most once. The deadline is by the origin's hybrid clock, and is not the caller's patience, which is an argument of <see cref="Proposer.Submit"/>.
/// </para>
/// </summary>
public sealed class Operation
{
    public required OperationId Id { get; init; }

    /// <summary>
    /// The origin's operations on this key numbered below it are answered, so their outcomes may be forgotten and their ghosts ignored.
    /// Zero for "no mark", as for a caller's own request id.
    /// </summary>
    public long Mark { get; init; }

    /// <summary>A state with a later stamp does not apply this operation any more: whether it was applied before may be forgotten by then.</summary>
    public HybridTimestamp Deadline { get; init; } = HybridTimestamp.Max;

    public required OperationKind Kind { get; init; }

    /// <summary>The new value of a store, update or test-and-set.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    public string? ContentType { get; init; }

    /// <summary>How long the new value, or for a touch the present one, is to live; zero for ever. Every successful write sets it anew.</summary>
    public TimeSpan TimeToLive { get; init; }

    /// <summary>Only if the key's version is this one; zero for "does not exist". Null for no condition.</summary>
    public long? IfVersion { get; init; }

    /// <summary>Only if the key does not exist.</summary>
    public bool IfAbsent { get; init; }

    /// <summary>
    /// What a test-and-set expects: null for "does not exist". An array, since a null one that is converted to <see cref="ReadOnlyMemory{T}"/> turns into an empty
    /// value without a warning, and an empty value is something that exists.
    /// </summary>
    public byte[]? Expect { get; init; }

    /// <summary>The media type of <see cref="Expect"/>: where it and the value's are JSON, they are compared as JSON, not byte by byte.</summary>
    public string? ExpectContentType { get; init; }

    /// <summary>What a merge merges. The operation has its id and deadline: see <see cref="PendingWrite.ToMerge"/>.</summary>
    public PendingWrite? Merge { get; init; }

    /// <summary>Which conflict of the key a resolve takes off the list: <see cref="Consensus.Conflict.Id"/>.</summary>
    public WriteStamp Conflict { get; init; }

    public bool IsRead => Kind == OperationKind.Fetch;

    public override string ToString() => $"{Kind} {Id}";
}
