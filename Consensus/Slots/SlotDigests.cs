using System.Buffers.Binary;

namespace Orleans.Kv.Consensus;

/// <summary>What one register adds to its slot's digest.</summary>
internal static class SlotDigests
{
    private const int Words = 6;

    /// <summary>
    /// The same on every node and build. A sum of such shares is free of order, and what one register takes away and adds again is two hashes of 48 bytes. Shares are
    /// hashes of all of key, ballot and state, so two differences cancel out only by a chance of 2^-64; an exclusive or would lose a share that counts twice.
    /// </summary>
    public static ulong ShareOf(Key key, in Ballot accepted, ulong stateHash)
    {
        Span<byte> bytes = stackalloc byte[Words * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, key.Hash);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], accepted.Epoch.Number);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], accepted.Number);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], accepted.Proposer.Host);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[32..], accepted.Proposer.Instance);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[40..], stateHash);
        return Xxh64.Hash(bytes);
    }
}
