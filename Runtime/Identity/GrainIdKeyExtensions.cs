using System.Buffers.Text;
using System.Text;

namespace Orleans.Runtime;

/// <summary>
/// Keys as bytes: an integer is upper-case hexadecimal, a Guid is 32 hexadecimal digits, and a key extension follows after '+'.
/// </summary>
public static class GrainIdKeyExtensions
{
    private const byte ExtensionMark = (byte)'+';
    private const int GuidDigits = 32;
    private const int LongDigits = 16;

    public static IdSpan CreateIntegerKey(long key)
    {
        Span<byte> digits = stackalloc byte[LongDigits];
        Utf8Formatter.TryFormat(key, digits, out var length, 'X');
        return new(digits[..length].ToArray());
    }

    public static IdSpan CreateIntegerKey(long key, string? keyExtension) => Extend(CreateIntegerKey(key), keyExtension);

    public static IdSpan CreateGuidKey(Guid key)
    {
        var digits = new byte[GuidDigits];
        Utf8Formatter.TryFormat(key, digits, out _, 'N');
        return new(digits);
    }

    public static IdSpan CreateGuidKey(Guid key, string? keyExtension) => Extend(CreateGuidKey(key), keyExtension);

    public static bool TryGetIntegerKey(this GrainId grainId, out long key, out string? keyExt)
    {
        var digits = Split(grainId.Key.AsSpan(), out keyExt);
        return Utf8Parser.TryParse(digits, out key, out var used, 'X') && used == digits.Length;
    }

    public static long GetIntegerKey(this GrainId grainId) => grainId.GetIntegerKey(out _);

    public static long GetIntegerKey(this GrainId grainId, out string? keyExt) =>
        grainId.TryGetIntegerKey(out var key, out keyExt)
            ? key
            : throw new ArgumentException($"The key of '{grainId}' is not an integer.", nameof(grainId));

    public static bool TryGetGuidKey(this GrainId grainId, out Guid key, out string? keyExt)
    {
        var digits = Split(grainId.Key.AsSpan(), out keyExt);
        key = default;
        return digits.Length == GuidDigits && Utf8Parser.TryParse(digits, out key, out var used, 'N') && used == GuidDigits;
    }

    public static Guid GetGuidKey(this GrainId grainId) => grainId.GetGuidKey(out _);

    public static Guid GetGuidKey(this GrainId grainId, out string? keyExt) =>
        grainId.TryGetGuidKey(out var key, out keyExt)
            ? key
            : throw new ArgumentException($"The key of '{grainId}' is not a Guid.", nameof(grainId));

    private static IdSpan Extend(IdSpan key, string? extension)
    {
        if (string.IsNullOrWhiteSpace(extension))
        {
            return key;
        }

        return new([.. key.AsSpan(), ExtensionMark, .. Encoding.UTF8.GetBytes(extension)]);
    }

    private static ReadOnlySpan<byte> Split(ReadOnlySpan<byte> key, out string? extension)
    {
        var at = key.IndexOf(ExtensionMark);
        extension = at < 0 ? null : Encoding.UTF8.GetString(key[(at + 1)..]);
        return at < 0 ? key : key[..at];
    }
}
