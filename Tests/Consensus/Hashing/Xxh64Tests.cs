using System.Text;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Hashing;

public sealed class Xxh64Tests
{
    /// <summary>Published: the reference implementation's and python-xxhash's documentation.</summary>
    [Theory]
    [InlineData("", 0UL, 0xEF46DB3751D8E999UL)]
    [InlineData("a", 0UL, 0xD24EC4F1A98C6E5BUL)]
    [InlineData("abc", 0UL, 0x44BC2CF5AD770999UL)]
    [InlineData("xxhash", 0UL, 0x32DD38952C4BC720UL)]
    [InlineData("xxhash", 20141025UL, 0xB559B98D844E0635UL)]
    [InlineData("Nobody inspects the spammish repetition", 0UL, 0xFBCEA83C8A378BF1UL)]
    [InlineData("I want an unsigned 64-bit seed!", 0UL, 0xD4CB0A70A2B8C7C1UL)]
    [InlineData("I want an unsigned 64-bit seed!", 1UL, 0xCE5087F12470D961UL)]
    public void PublishedVectors_AreMet(string text, ulong seed, ulong expected) =>
        Assert.Equal(expected, Xxh64.Hash(Encoding.UTF8.GetBytes(text), seed));

    /// <summary>
    /// The sanity table of the reference implementation (xxhsum): its generated buffer, at lengths on both sides of every branch.
    /// </summary>
    [Theory]
    [InlineData(1, 0UL, 0xE934A84ADB052768UL)]
    [InlineData(4, 0UL, 0x9136A0DCA57457EEUL)]
    [InlineData(14, 0UL, 0x8282DCC4994E35C8UL)]
    [InlineData(222, 0UL, 0xB641AE8CB691C174UL)]
    [InlineData(1, 2654435761UL, 0x5014607643A9B4C3UL)]
    [InlineData(14, 2654435761UL, 0xC3BD6BF63DEB6DF0UL)]
    [InlineData(222, 2654435761UL, 0x20CB8AB7AE10C14AUL)]
    public void ReferenceSanityBuffer_IsMet(int length, ulong seed, ulong expected) =>
        Assert.Equal(expected, Xxh64.Hash(SanityBuffer(length), seed));

    [Fact]
    public void AppendedPieceByPiece_GivesTheSameAsAtOnce()
    {
        var random = new Random(1);
        var data = new byte[300];
        random.NextBytes(data);
        for (var length = 0; length <= data.Length; length++)
        {
            var seed = (ulong)random.NextInt64();
            var hash = new Xxh64(seed);
            for (var at = 0; at < length;)
            {
                var piece = Math.Min(random.Next(0, 50), length - at);
                hash.Append(data.AsSpan(at, piece));
                at += piece;
            }

            Assert.Equal(Xxh64.Hash(data.AsSpan(0, length), seed), hash.Current);
        }
    }

    private static byte[] SanityBuffer(int length)
    {
        var buffer = new byte[length];
        var generator = 2654435761UL;
        for (var i = 0; i < length; i++)
        {
            buffer[i] = (byte)(generator >> 56);
            generator = unchecked(generator * 11400714785074694797UL);
        }

        return buffer;
    }
}
