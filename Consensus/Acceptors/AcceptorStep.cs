namespace Orleans.Kv.Consensus;

/// <summary>
/// What becomes of a register by one request: the register to keep, whether it must be made durable first, and the reply to release afterwards.
/// </summary>
public readonly record struct AcceptorStep
{
    internal AcceptorStep(in Register register, bool changed, Reply? reply, Silence silence = Silence.None)
    {
        Register = register;
        Changed = changed;
        Reply = reply;
        Silence = silence;
    }

    public Register Register { get; }

    /// <summary>The register differs from the one passed in.</summary>
    public bool Changed { get; }

    /// <summary>Null where there is none to release: see <see cref="Silence"/>.</summary>
    public Reply? Reply { get; }

    /// <summary>Why there is no reply.</summary>
    public Silence Silence { get; }

    /// <summary>
    /// All registers that the slot held before have been dropped, and its floor: see <see cref="SlotRegisters.Follow"/>. First in the log.
    /// </summary>
    public bool Vacated { get; internal init; }

    /// <summary>
    /// The state has another version than the one before it, and may come to be committed. Whenever a state is committed, each of the nodes that accepted it has come to its version by
    /// such a step, the last of which lies before the commit. So who reads the key (with a quorum) after it has heard of the last such step has what is committed, whoever
    /// proposed it and whatever became of the proposer; see <c>docs/protocol.md</c>.
    /// </summary>
    public bool NewVersion { get; internal init; }

    public bool NeedsNewerMap => Silence == Silence.NeedsNewerMap;

    internal static AcceptorStep Unanswered(in Register register, Silence silence) => new(register, changed: false, reply: null, silence);
}
