using System.Text;

namespace Orleans.Kv.Consensus;

/// <summary>
/// A key: 1 to <see cref="MaxBytes"/> bytes of well-formed UTF-8, with its hash and slot computed once. Immutable and shared freely;
/// keys order by their bytes, which is the order of their code points.
/// </summary>
public sealed class Key : IEquatable<Key>, IComparable<Key>
{
    /// <summary>A key is an identifier, not a document: long enough for a path or a URL, short enough to be carried by every message.</summary>
    public const int MaxBytes = 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _utf8;
    private string? _text;

    private Key(byte[] utf8)
    {
        _utf8 = utf8;
        Hash = Xxh64.Hash(utf8);
    }

    /// <summary>Equality by bytes, with lookup by <see cref="ReadOnlySpan{T}"/> of bytes: <c>dictionary.GetAlternateLookup&lt;ReadOnlySpan&lt;byte&gt;&gt;()</c>.</summary>
    public static KeyComparer Comparer => KeyComparer.Instance;

    public ulong Hash { get; }

    public Slot Slot => Slot.Of(Hash);

    public ReadOnlySpan<byte> Utf8 => _utf8;

    /// <exception cref="ArgumentException">The text is empty, too long, or has a lone surrogate.</exception>
    public static Key From(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryFrom(text, out var key, out var fault) ? key : throw new ArgumentException(fault, nameof(text));
    }

    /// <exception cref="ArgumentException">The bytes are none, too many, or not UTF-8.</exception>
    public static Key From(ReadOnlySpan<byte> utf8) =>
        TryFrom(utf8, out var key, out var fault) ? key : throw new ArgumentException(fault, nameof(utf8));

    /// <summary>Makes a key of text that came from outside; <paramref name="fault"/> says in words what is wrong with it.</summary>
    public static bool TryFrom(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Key? key, out string fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        key = null;
        // No character takes less than one byte, so a longer text needs no encoding to be refused.
        if (text.Length > MaxBytes)
        {
            fault = TooLong;
            return false;
        }

        byte[] bytes;
        try
        {
            bytes = Strict.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            fault = "a key must be well-formed text, without lone surrogates";
            return false;
        }

        fault = bytes.Length == 0 ? Empty : bytes.Length > MaxBytes ? TooLong : "";
        if (fault.Length > 0)
            return false;
        key = new Key(bytes) { _text = text };
        return true;
    }

    public static bool TryFrom(ReadOnlySpan<byte> utf8, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Key? key, out string fault)
    {
        key = null;
        fault = utf8.IsEmpty ? Empty
            : utf8.Length > MaxBytes ? TooLong
            : !System.Text.Unicode.Utf8.IsValid(utf8) ? "a key must be well-formed UTF-8"
            : "";
        if (fault.Length > 0)
            return false;
        key = new Key(utf8.ToArray());
        return true;
    }

    public bool Equals(Key? other) =>
        ReferenceEquals(this, other) || (other is not null && Hash == other.Hash && Utf8.SequenceEqual(other.Utf8));

    public override bool Equals(object? obj) => Equals(obj as Key);

    public override int GetHashCode() => unchecked((int)(Hash ^ (Hash >> 32)));

    public int CompareTo(Key? other) => other is null ? 1 : Utf8.SequenceCompareTo(other.Utf8);

    public static bool operator ==(Key? left, Key? right) => left is null ? right is null : left.Equals(right);
    public static bool operator !=(Key? left, Key? right) => !(left == right);
    public static bool operator <(Key? left, Key? right) => Compare(left, right) < 0;
    public static bool operator >(Key? left, Key? right) => Compare(left, right) > 0;
    public static bool operator <=(Key? left, Key? right) => Compare(left, right) <= 0;
    public static bool operator >=(Key? left, Key? right) => Compare(left, right) >= 0;

    /// <summary>The key's text, decoded at most once.</summary>
    public override string ToString() => _text ??= Strict.GetString(_utf8);

    private const string Empty = "a key must have at least one byte";
    private static readonly string TooLong = $"a key must have at most {MaxBytes} bytes of UTF-8";

    private static int Compare(Key? left, Key? right) => left is null ? (right is null ? 0 : -1) : left.CompareTo(right);
}
