namespace Orleans.Kv.Consensus;

// Whether the bytes of a state are still those that were accepted.
public sealed partial class SlotRegisters
{
    /// <summary>Compares the state's bytes with the hash they were accepted with, and remembers the key where they differ.</summary>
    internal bool IsSound(Key key, in Register register)
    {
        if (register.State is null)
            return true;
        if (IsMarkedCorrupt(key))
            return false;
        if (register.State.IsSound)
            return true;
        Digest -= Share(key, register);
        (_corrupt ??= new HashSet<Key>(Key.Comparer)).Add(key);
        Digest += Share(key, register);
        return false;
    }

    private bool IsMarkedCorrupt(Key key) => _corrupt is { Count: > 0 } && _corrupt.Contains(key);

    /// <summary>Whether the request hands the state to someone, or compares it with another.</summary>
    private static bool Exposes(in Register register, Request request) => register.State is not null && request switch
    {
        AcceptRequest accept => accept.Ballot == register.Accepted,
        ReadRequest read => read.Known != register.Accepted,
        PrepareRequest prepare => prepare.Ballot > register.Promised,
        _ => false,
    };

    /// <summary>
    /// A corrupt register answers nothing, with one exception: the state it once accepted, told by ballot and hash, comes in again. By reference, the register is in
    /// its place.
    /// </summary>
    private AcceptorStep HandleCorrupt(ref Register register, AcceptRequest? accept)
    {
        var before = register;
        if (accept is null || accept.State.Hash != before.StateHash)
            return AcceptorStep.Unanswered(before, Silence.Corrupt);
        register = new Register(Ballot.Higher(before.Promised, accept.Next), before.Accepted, accept.State);
        Bytes += ValueBytes(register) - ValueBytes(before);
        Recount(accept.Key, before, register);
        return new AcceptorStep(register, changed: true, new AcceptedReply(accept.Round, accept.Ballot));
    }
}
