namespace Orleans.Kv.Consensus;

/// <summary>
/// Which of the differing copies of a state, all at one ballot, is the true one. One ballot carries one state for ever, so at most one of them is.
/// <list type="number">
/// <item>What more than half of the slot's replicas accepted, as the hashes say that they list. Any copy whose bytes have that hash is it; where none has, nobody can
/// tell.</item>
/// <item>Else what more than half of the replicas have as bytes: then hashes were damaged.</item>
/// <item>Else the copies whose bytes are still what their replica accepted, if these are all equal.</item>
/// <item>Else nobody can tell, and nothing is changed: two copies that are both sound and differ mean that a ballot carried two states, or that bytes changed before they
/// were accepted. The next write to the key overwrites them; until then an operator is told.</item>
/// </list>
/// <para>
/// Where nobody can tell because a copy is silent and no other replica has its ballot, the state was never committed, as far as w replicas answer: settling the key
/// (<see cref="Proposer.Settle"/>) goes by what the others have, and overwrites the silent copy.
/// </para>
/// </summary>
public static class RepairRule
{
    /// <param name="replicas">n: how many replicas the slot has.</param>
    /// <param name="copies">The copies of those that could be asked.</param>
    /// <returns>The true state, or null where nobody can tell.</returns>
    public static RegisterState? Decide(int replicas, ReadOnlySpan<StateCopy> copies)
    {
        foreach (var candidate in copies)
        {
            if (Count(copies, candidate.ListedHash, static copy => copy.ListedHash) > replicas / 2)
                return Find(copies, candidate.ListedHash);
        }

        foreach (var candidate in copies)
        {
            if (candidate.State is not null && Count(copies, candidate.State.Hash, static copy => copy.State?.Hash ?? 0) > replicas / 2)
                return candidate.State;
        }

        RegisterState? sound = null;
        foreach (var copy in copies)
        {
            if (!copy.IsSound)
                continue;
            if (sound is not null && sound.Hash != copy.ListedHash)
                return null;
            sound = copy.State;
        }

        return sound;
    }

    /// <summary>Whether the copy is to be replaced, given the true state.</summary>
    public static bool Replaces(RegisterState truth, in StateCopy copy)
    {
        ArgumentNullException.ThrowIfNull(truth);
        return !copy.IsSound || copy.ListedHash != truth.Hash;
    }

    private static int Count(ReadOnlySpan<StateCopy> copies, ulong hash, Func<StateCopy, ulong> hashOf)
    {
        var count = 0;
        foreach (var copy in copies)
        {
            if (hashOf(copy) == hash)
                count++;
        }

        return count;
    }

    private static RegisterState? Find(ReadOnlySpan<StateCopy> copies, ulong hash)
    {
        foreach (var copy in copies)
        {
            if (copy.State is not null && copy.State.Hash == hash)
                return copy.State;
        }

        return null;
    }
}
