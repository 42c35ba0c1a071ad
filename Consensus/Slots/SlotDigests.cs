using System.Numerics;

namespace Orleans.Kv.Consensus;

/// <summary>What one register adds to its slot's digest.</summary>
internal static class SlotDigests
{
    // Odd, with bits spread evenly: the first two primes of XXH64.
    private const ulong First = 0x9E3779B185EBCA87UL;
    private const ulong Second = 0xC2B2AE3D27D4EB4FUL;

    /// <summary>
    /// The same on every node and build. A sum of such shares is free of order, and a change takes one share away and adds another. Each step maps words one to one, so
    /// registers that differ in one part never have the same share; else it takes a chance of 2^-64. An exclusive or in place of the sum would lose what is there twice.
    /// </summary>
    public static ulong ShareOf(Key key, in Ballot accepted, ulong stateHash)
    {
        var share = Step(key.Hash, (ulong)accepted.Epoch.Number);
        share = Step(share, (ulong)accepted.Number);
        share = Step(share, accepted.Proposer.Host);
        share = Step(share, accepted.Proposer.Instance);
        share = Step(share, stateHash);
        share = unchecked((share ^ (share >> 32)) * Second);
        return share ^ (share >> 29);
    }

    private static ulong Step(ulong share, ulong word) => BitOperations.RotateLeft(unchecked((share ^ word) * First), 29);
}
