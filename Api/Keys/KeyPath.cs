using System.Globalization;
using System.Text.Unicode;
using Orleans.Kv.Api.Operations;

namespace Orleans.Kv.Api.Keys;

/// <summary>
/// The key that a request's path names, taken from the request line as it was sent: everything between the resource's name and the query, percent-decoded once.
/// </summary>
/// <remarks>
/// The server's own reading of the path will not do. It leaves <c>%2F</c> as it is but decodes <c>%25</c>, so that two keys look the same, and it takes <c>..</c> for a
/// step up. A key may have slashes, dots and anything else, escaped or, where a path may have it, plain.
/// </remarks>
internal sealed class KeyPath
{
    private static readonly string[] Resources = ["/get/", "/set/", "/key-value-store/"];

    private readonly string _resource;
    private readonly string _escaped;

    private KeyPath(string resource, string escaped) => (_resource, _escaped) = (resource, escaped);

    /// <summary>The path as it was sent.</summary>
    public string Text => _resource + _escaped;

    /// <summary>What the routes are written for: one segment in the key's place.</summary>
    public string RoutedPath => _resource + "key";

    /// <summary>The path of a request for one of the resources that have a key in it; null for others.</summary>
    public static KeyPath? Find(string rawTarget)
    {
        var path = PathOf(rawTarget);
        foreach (var resource in Resources)
        {
            if (path.StartsWith(resource, StringComparison.Ordinal)) return new KeyPath(resource, path[resource.Length..].ToString());
        }

        return null;
    }

    /// <summary>Decodes the key; null with what is wrong with it.</summary>
    public byte[]? Decode(out string? fault)
    {
        // Every escape of three characters is one byte, so this is never too small.
        var bytes = new byte[_escaped.Length];
        var count = 0;
        fault = null;
        for (var i = 0; i < _escaped.Length; i++)
        {
            var character = _escaped[i];
            if (character != '%')
            {
                bytes[count++] = (byte)character;
                // The server lets nothing else through; a key cut to bytes would be another key.
                if (character > 0x7F) fault = "must be percent-encoded: the path has a character beyond ASCII";
                continue;
            }

            if (i + 2 >= _escaped.Length
                || !byte.TryParse(_escaped.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[count++]))
            {
                fault = "has a % that two hexadecimal digits do not follow; a percent sign itself is %25";
                return null;
            }

            i += 2;
        }

        fault ??= count == 0 ? "must not be empty"
            : count > OperationLimits.MaxKeyBytes ? $"must have at most {OperationLimits.MaxKeyBytes} bytes of UTF-8"
            : !Utf8.IsValid(bytes.AsSpan(0, count)) ? "is not UTF-8 once its escapes are decoded"
            : null;
        return fault is null ? bytes[..count] : null;
    }

    private static ReadOnlySpan<char> PathOf(string rawTarget)
    {
        var path = rawTarget.AsSpan();
        var query = path.IndexOf('?');
        if (query >= 0) path = path[..query];
        if (path.StartsWith('/')) return path;
        // A proxy may send the whole URL.
        var scheme = path.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return default;
        var afterHost = path[(scheme + 3)..].IndexOf('/');
        return afterHost < 0 ? default : path[(scheme + 3 + afterHost)..];
    }
}
