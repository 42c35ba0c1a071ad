using System.Security.Cryptography;

namespace Orleans.Kv.Interfaces.Security;

/// <summary>A line of the token file: whose the token is, what its bearer may do, and by what it is recognised.</summary>
/// <remarks>
/// A token's secret is 256 random bits, which nobody guesses from their hash however fast that is computed: a slow hash would protect nothing more and cost every request a tenth of a second.
/// The salt keeps equal secrets from looking equal.
/// </remarks>
public sealed class Token(string name, Role role, byte[] salt, byte[] hash)
{
    public const int SaltBytes = 16;

    /// <summary>Beyond it is no token. Those that <c>kv token create</c> makes have at most 108 characters.</summary>
    public const int MaxLength = 256;

    public string Name => name;

    public Role Role => role;

    /// <summary>Whether this is the text of the token, in a time that does not depend on how much of it is right.</summary>
    public bool IsText(ReadOnlySpan<char> text)
    {
        Span<byte> salted = stackalloc byte[SaltBytes + MaxLength];
        salt.CopyTo(salted);
        if (text.Length > MaxLength || System.Text.Encoding.ASCII.GetBytes(text, salted[SaltBytes..]) != text.Length) return false;
        Span<byte> computed = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(salted[..(SaltBytes + text.Length)], computed);
        return CryptographicOperations.FixedTimeEquals(computed, hash);
    }

    /// <summary>Whether who was let in by this line is let in by the other one as well, to as much.</summary>
    public bool IsSameAs(Token other) => name == other.Name && role <= other.Role && other.HasHash(salt, hash);

    private bool HasHash(byte[] otherSalt, byte[] otherHash) => salt.AsSpan().SequenceEqual(otherSalt) && hash.AsSpan().SequenceEqual(otherHash);
}
