using System.Text;
using Orleans.Kv.Api.Operations;

namespace Orleans.Kv.Api.Files;

/// <summary>An absolute path without <c>.</c>, <c>..</c>, empty names or a slash at its end: one file has one of them, and so one key.</summary>
internal readonly record struct FilePath
{
    /// <summary>Where manifests live: <c>/a/b</c> is the key <c>files/a/b</c>.</summary>
    public const string KeyPrefix = "files";

    /// <summary>What the contract's bound on keys leaves, in bytes of UTF-8.</summary>
    public const int MaxBytes = OperationLimits.MaxKeyBytes - 5;

    // A path of one letter per name reaches the bound on keys with 510; nothing that people make comes near.
    private const int MaxDepth = 256;

    private readonly string? _value;

    private FilePath(string value) => _value = value;

    public static FilePath Root => default;

    public bool IsRoot => _value is null;

    /// <summary>The last name; empty for the root.</summary>
    public string Name => _value is null ? "" : _value[(_value.LastIndexOf('/') + 1)..];

    /// <summary>The directory that it is in; the root's is the root.</summary>
    public FilePath Parent => _value?.LastIndexOf('/') is { } slash and > 0 ? new FilePath(_value[..slash]) : Root;

    public string Key => KeyPrefix + _value;

    /// <summary>What the keys of everything below begin with.</summary>
    public string KeysBelow => KeyPrefix + _value + "/";

    /// <summary>The path that <paramref name="text"/> names from here.</summary>
    /// <exception cref="FileException">It names none.</exception>
    public FilePath Resolve(string text)
    {
        var names = new List<string>();
        if (!text.StartsWith('/') && !IsRoot) names.AddRange(_value![1..].Split('/'));
        foreach (var name in text.Split('/'))
        {
            if (name.Length == 0 || name == ".") continue;
            if (name != "..") names.Add(Checked(name));
            else if (names.Count > 0) names.RemoveAt(names.Count - 1);
        }

        if (names.Count == 0) return Root;
        var path = "/" + string.Join('/', names);
        if (names.Count > MaxDepth) throw new FileException(FileFault.BadPath, $"a path has at most {MaxDepth} names");
        if (Encoding.UTF8.GetByteCount(path) > MaxBytes) throw new FileException(FileFault.BadPath, $"a path has at most {MaxBytes} bytes");
        return new FilePath(path);
    }

    public bool IsBelow(FilePath directory) => ToString().StartsWith(directory.IsRoot ? "/" : directory._value + "/", StringComparison.Ordinal) && this != directory;

    public override string ToString() => _value ?? "/";

    private static string Checked(string name)
    {
        foreach (var letter in name)
        {
            // They cannot be shown in a listing of one line per file, and end strings in many a client.
            if (char.IsControl(letter)) throw new FileException(FileFault.BadPath, "a name has no control characters");
        }

        return name;
    }
}
