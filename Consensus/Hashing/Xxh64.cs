using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Orleans.Kv.Consensus;

/// <summary>
/// XXH64 (xxHash by Yann Collet, specification 0.1.1), one-shot and incremental. Slots, replica sets and state hashes derive from it,
/// so every node of every build must compute the same numbers: it is fixed by published vectors in the tests, and by no package's version.
/// Not a cryptographic hash: it tells accidents apart, not adversaries.
/// </summary>
public struct Xxh64
{
    private const ulong Prime1 = 0x9E3779B185EBCA87UL;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4FUL;
    private const ulong Prime3 = 0x165667B19E3779F9UL;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63UL;
    private const ulong Prime5 = 0x27D4EB2F165667C5UL;
    private const int Stripe = 32;

    private ulong _a, _b, _c, _d;
    private readonly ulong _seed;
    private ulong _length;
    private Pending _pending;
    private int _pendingLength;

    public Xxh64(ulong seed)
    {
        unchecked
        {
            _seed = seed;
            _a = seed + Prime1 + Prime2;
            _b = seed + Prime2;
            _c = seed;
            _d = seed - Prime1;
        }
    }

    /// <summary>The hash of <paramref name="data"/> in one call.</summary>
    public static ulong Hash(ReadOnlySpan<byte> data, ulong seed = 0)
    {
        unchecked
        {
            var length = (ulong)data.Length;
            if (data.Length < Stripe)
                return Finish(seed + Prime5 + length, data);

            ulong a = seed + Prime1 + Prime2, b = seed + Prime2, c = seed, d = seed - Prime1;
            data = Stripes(data, ref a, ref b, ref c, ref d);
            return Finish(Converge(a, b, c, d) + length, data);
        }
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        _length += (ulong)data.Length;
        Span<byte> pending = _pending;
        if (_pendingLength > 0)
        {
            var taken = Math.Min(Stripe - _pendingLength, data.Length);
            data[..taken].CopyTo(pending[_pendingLength..]);
            _pendingLength += taken;
            data = data[taken..];
            if (_pendingLength < Stripe)
                return;
            Stripes(pending, ref _a, ref _b, ref _c, ref _d);
            _pendingLength = 0;
        }

        data = Stripes(data, ref _a, ref _b, ref _c, ref _d);
        data.CopyTo(pending);
        _pendingLength = data.Length;
    }

    public void Append(ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        Append(bytes);
    }

    public void Append(long value) => Append(unchecked((ulong)value));

    /// <summary>The hash of all that was appended so far; more may be appended afterwards.</summary>
    public readonly ulong Current
    {
        get
        {
            unchecked
            {
                ReadOnlySpan<byte> pending = _pending;
                var start = _length < Stripe ? _seed + Prime5 : Converge(_a, _b, _c, _d);
                return Finish(start + _length, pending[.._pendingLength]);
            }
        }
    }

    private static ReadOnlySpan<byte> Stripes(
        ReadOnlySpan<byte> data, scoped ref ulong a, scoped ref ulong b, scoped ref ulong c, scoped ref ulong d)
    {
        while (data.Length >= Stripe)
        {
            a = Round(a, BinaryPrimitives.ReadUInt64LittleEndian(data));
            b = Round(b, BinaryPrimitives.ReadUInt64LittleEndian(data[8..]));
            c = Round(c, BinaryPrimitives.ReadUInt64LittleEndian(data[16..]));
            d = Round(d, BinaryPrimitives.ReadUInt64LittleEndian(data[24..]));
            data = data[Stripe..];
        }

        return data;
    }

    private static ulong Round(ulong accumulator, ulong lane) =>
        unchecked(BitOperations.RotateLeft(accumulator + (lane * Prime2), 31) * Prime1);

    private static ulong Converge(ulong a, ulong b, ulong c, ulong d)
    {
        unchecked
        {
            var hash = BitOperations.RotateLeft(a, 1) + BitOperations.RotateLeft(b, 7)
                + BitOperations.RotateLeft(c, 12) + BitOperations.RotateLeft(d, 18);
            hash = ((hash ^ Round(0, a)) * Prime1) + Prime4;
            hash = ((hash ^ Round(0, b)) * Prime1) + Prime4;
            hash = ((hash ^ Round(0, c)) * Prime1) + Prime4;
            return ((hash ^ Round(0, d)) * Prime1) + Prime4;
        }
    }

    private static ulong Finish(ulong hash, ReadOnlySpan<byte> tail)
    {
        unchecked
        {
            while (tail.Length >= sizeof(ulong))
            {
                hash ^= Round(0, BinaryPrimitives.ReadUInt64LittleEndian(tail));
                hash = (BitOperations.RotateLeft(hash, 27) * Prime1) + Prime4;
                tail = tail[sizeof(ulong)..];
            }

            if (tail.Length >= sizeof(uint))
            {
                hash ^= BinaryPrimitives.ReadUInt32LittleEndian(tail) * Prime1;
                hash = (BitOperations.RotateLeft(hash, 23) * Prime2) + Prime3;
                tail = tail[sizeof(uint)..];
            }

            foreach (var rest in tail)
                hash = BitOperations.RotateLeft(hash ^ (rest * Prime5), 11) * Prime1;

            hash = (hash ^ (hash >> 33)) * Prime2;
            hash = (hash ^ (hash >> 29)) * Prime3;
            return hash ^ (hash >> 32);
        }
    }

    [System.Runtime.CompilerServices.InlineArray(Stripe)]
    [StructLayout(LayoutKind.Auto)]
    private struct Pending
    {
        private byte _first;
    }
}
