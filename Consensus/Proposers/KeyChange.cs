namespace Orleans.Kv.Consensus;

/// <summary>
/// One version of a key that is committed, for those who watch it. Every version that a round made is one, those in the middle of a round included: nobody can read them,
/// but they took effect.
/// </summary>
public readonly record struct KeyChange
{
    /// <summary>For <see cref="Previous"/>: nobody knows which version came before.</summary>
    public const long Unknown = -1;

    public required long Version { get; init; }

    /// <summary>
    /// The version that it replaced, with nothing between; <see cref="Unknown"/> where the change was made by somebody else. Zero where no register had any: what there may have been of the key
    /// ended with a tombstone that has been purged since, and the numbers go on above its slot's floor.
    /// </summary>
    public required long Previous { get; init; }

    public bool IsTombstone { get; init; }

    /// <summary>A tombstone that nobody's delete wrote: the value ran out.</summary>
    public bool IsLapsed { get; init; }

    public ReadOnlyMemory<byte> Value { get; init; }

    public string? ContentType { get; init; }

    /// <inheritdoc cref="RegisterState.Modified"/>
    public HybridTimestamp Modified { get; init; }

    public HybridTimestamp Expiry { get; init; }

    /// <summary>The stamp of the state that was committed with this change in it.</summary>
    public HybridTimestamp Stamp { get; init; }

    /// <summary>A state as its own last change, whoever made it.</summary>
    public static KeyChange Of(RegisterState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new KeyChange
        {
            Version = state.Version,
            Previous = Unknown,
            IsTombstone = state.IsTombstone,
            IsLapsed = state.IsLapsed,
            Value = state.Value,
            ContentType = state.ContentType,
            Modified = state.Modified,
            Expiry = state.Expiry,
            Stamp = state.Stamp,
        };
    }
}
