namespace Orleans.Kv.Consensus;

/// <summary>
/// Which of the differing copies of a state, all at one ballot, is the true one. One ballot carries one state for ever, so at most one of them is.
/// <list type="number">
/// <item>What more than half of the slot's replicas hold: memories do not fail in the same way by chance.</item>
/// <item>Else the copies whose bytes are still what their replica accepted, if these are all equal. With two replicas this is what decides.</item>
/// <item>Else nobody can tell, and nothing is changed: two copies that are both sound and differ mean that a ballot carried two states, or that bytes changed before they
/// were accepted. The next write to the key overwrites them; until then an operator is told.</item>
/// </list>
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
            if (candidate.State is not null && Count(copies, candidate.State.Hash) > replicas / 2)
                return candidate.State;
        }

        RegisterState? sound = null;
        foreach (var copy in copies)
        {
            if (!copy.IsSound)
                continue;
            if (sound is not null && sound.Hash != copy.State!.Hash)
                return null;
            sound = copy.State;
        }

        return sound;
    }

    /// <summary>Whether the copy is to be replaced, given the true state.</summary>
    public static bool Replaces(RegisterState truth, in StateCopy copy)
    {
        ArgumentNullException.ThrowIfNull(truth);
        return copy.State is null || copy.State.Hash != truth.Hash || copy.ListedHash != truth.Hash;
    }

    private static int Count(ReadOnlySpan<StateCopy> copies, ulong hash)
    {
        var count = 0;
        foreach (var copy in copies)
        {
            if (copy.State is not null && copy.State.Hash == hash)
                count++;
        }

        return count;
    }
}
