using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>
/// What became of a slot by one request. The registers have changed already; what changed is named here for the log, to be made durable before the reply leaves, as
/// with <see cref="AcceptorStep"/>. A floor that was raised must be durable no later than the removals it stands in for.
/// </summary>
public readonly record struct SlotStep
{
    private readonly ImmutableArray<Key> _removed;

    internal SlotStep(SlotReply? reply) => Reply = reply;

    /// <summary>Null where the request comes from a later epoch: get that map first, then handle it again.</summary>
    public SlotReply? Reply { get; }

    public bool NeedsNewerMap => Reply is null;

    /// <summary><see cref="SlotRegisters.Floor"/> is another one now.</summary>
    public bool FloorRaised { get; internal init; }

    /// <summary>All registers that the slot held before have been dropped, and its floor: see <see cref="SlotRegisters.Follow"/>. First in the log.</summary>
    public bool Vacated { get; internal init; }

    /// <summary>The keys whose registers are gone.</summary>
    public ImmutableArray<Key> Removed
    {
        get => _removed.IsDefault ? [] : _removed;
        internal init => _removed = value;
    }

    /// <summary>The key whose register was replaced by <see cref="Register"/>, or null.</summary>
    public Key? Replaced { get; internal init; }

    public Register Register { get; internal init; }

    public bool Changed => Vacated || FloorRaised || Replaced is not null || Removed.Length > 0;
}
