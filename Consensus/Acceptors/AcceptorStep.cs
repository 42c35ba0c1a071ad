namespace Orleans.Kv.Consensus;

/// <summary>
/// What becomes of a register by one request: the register to keep, whether it must be made durable first, and the reply to release afterwards.
/// </summary>
public readonly record struct AcceptorStep
{
    internal AcceptorStep(in Register register, bool changed, Reply? reply)
    {
        Register = register;
        Changed = changed;
        Reply = reply;
    }

    public Register Register { get; }

    /// <summary>The register differs from the one passed in.</summary>
    public bool Changed { get; }

    /// <summary>Null exactly when <see cref="NeedsNewerMap"/>.</summary>
    public Reply? Reply { get; }

    /// <summary>The request comes from a later epoch: get that map first (from the sender, else from the authority), then handle the request again.</summary>
    public bool NeedsNewerMap => Reply is null;
}
