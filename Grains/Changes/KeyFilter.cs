using System.Diagnostics.CodeAnalysis;
using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Changes;

namespace Orleans.Kv.Grains.Changes;

/// <summary>Which keys one subscriber follows. Immutable; a key is compared in a time that grows with the number of different lengths of prefixes, not with that of prefixes.</summary>
internal sealed class KeyFilter
{
    private readonly HashSet<Key> _keys = new(Key.Comparer);
    private readonly Dictionary<int, HashSet<Key>> _prefixes = [];
    private bool _all;

    private KeyFilter(long number) => Number = number;

    public long Number { get; }

    public bool IsEmpty => !_all && _keys.Count == 0 && _prefixes.Count == 0;

    /// <summary>The filter that a request describes; false, with what is wrong in words, where it breaks a limit.</summary>
    public static bool TryRead(FollowRequest request, [NotNullWhen(true)] out KeyFilter? filter, out string fault)
    {
        filter = null;
        fault = request.Keys.Length > ChangeLimits.MaxKeys ? $"a filter has at most {ChangeLimits.MaxKeys} keys"
            : request.Prefixes.Length > ChangeLimits.MaxPrefixes ? $"a filter has at most {ChangeLimits.MaxPrefixes} prefixes"
            : "";
        if (fault.Length > 0) return false;
        var read = new KeyFilter(request.Filter);
        long bytes = 0;
        foreach (var text in request.Keys)
        {
            if (!Key.TryFrom(text, out var key, out fault)) return false;
            bytes += key.Utf8.Length;
            read._keys.Add(key);
        }

        foreach (var text in request.Prefixes)
        {
            // No key begins with all of it, but the empty one is the beginning of every key.
            if (text.Length == 0)
            {
                read._all = true;
                continue;
            }

            if (!Key.TryFrom(text, out var prefix, out fault)) return false;
            bytes += prefix.Utf8.Length;
            var length = prefix.Utf8.Length;
            if (!read._prefixes.TryGetValue(length, out var ofLength)) read._prefixes[length] = ofLength = new HashSet<Key>(Key.Comparer);
            ofLength.Add(prefix);
        }

        if (bytes > ChangeLimits.MaxFilterBytes)
        {
            fault = $"the keys and prefixes of a filter have at most {ChangeLimits.MaxFilterBytes} bytes";
            return false;
        }

        filter = read;
        return true;
    }

    public bool Covers(Key key)
    {
        if (_all || _keys.Contains(key)) return true;
        foreach (var (length, prefixes) in _prefixes)
        {
            if (length <= key.Utf8.Length && prefixes.GetAlternateLookup<ReadOnlySpan<byte>>().Contains(key.Utf8[..length])) return true;
        }

        return false;
    }
}
