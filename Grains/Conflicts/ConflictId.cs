using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Conflicts;

/// <summary>
/// Names a conflict for the outside: its key and the stamp of the write that lost. Text of the form <c>key.clock.silo</c>, with the key's bytes in base64url and the silo's name
/// escaped as in a URL, so that it fits into a path. Ids order by key, then by clock.
/// </summary>
internal readonly record struct ConflictId(Key Key, WriteStamp Lost) : IComparable<ConflictId>
{
    public int CompareTo(ConflictId other)
    {
        var byKey = Key.CompareTo(other.Key);
        return byKey != 0 ? byKey : Lost.CompareTo(other.Lost);
    }

    public static bool operator <(ConflictId left, ConflictId right) => left.CompareTo(right) < 0;
    public static bool operator >(ConflictId left, ConflictId right) => left.CompareTo(right) > 0;
    public static bool operator <=(ConflictId left, ConflictId right) => left.CompareTo(right) <= 0;
    public static bool operator >=(ConflictId left, ConflictId right) => left.CompareTo(right) >= 0;

    public static bool TryParse(string text, [NotNullWhen(true)] out ConflictId? id)
    {
        id = null;
        var parts = text.Split('.', 3);
        if (parts.Length != 3 || !Base64Url.IsValid(parts[0])) return false;
        if (!Key.TryFrom(Base64Url.DecodeFromChars(parts[0]), out var key, out _)) return false;
        if (!long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var clock)) return false;
        id = new ConflictId(key, new WriteStamp(new HybridTimestamp(clock), Uri.UnescapeDataString(parts[2])));
        return true;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Base64Url.EncodeToString(Key.Utf8)}.{Lost.Clock.Value}.{Uri.EscapeDataString(Lost.Silo)}");
}
