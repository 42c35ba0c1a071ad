namespace Orleans.Runtime;

/// <summary>A grain's identity: its type and its key, written <c>type/key</c>.</summary>
[GenerateSerializer]
[Immutable]
public readonly struct GrainId : IEquatable<GrainId>, IComparable<GrainId>
{
    private const char Separator = '/';
    private const uint TypeFactor = 31;

    [Id(0)]
    private readonly GrainType _type;

    [Id(1)]
    private readonly IdSpan _key;

    public GrainId(GrainType type, IdSpan key)
    {
        _type = type;
        _key = key;
    }

    public bool IsDefault => _type.IsDefault && _key.IsDefault;

    public IdSpan Key => _key;

    public GrainType Type => _type;

    public static GrainId Create(string type, string key) => Create(GrainType.Create(type), key);

    public static GrainId Create(GrainType type, string key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        return new(type, IdSpan.Create(key));
    }

    public static GrainId Create(GrainType type, IdSpan key) => new(type, key);

    public static GrainId Parse(string value) =>
        TryParse(value, out var result) ? result : throw new ArgumentException($"'{value}' is not a grain id.", nameof(value));

    public static bool TryParse(string? value, out GrainId result)
    {
        var at = value?.IndexOf(Separator) ?? -1;
        if (at < 0)
        {
            result = default;
            return false;
        }

        result = new(new GrainType(IdSpan.Create(value![..at])), IdSpan.Create(value[(at + 1)..]));
        return true;
    }

    public int CompareTo(GrainId other)
    {
        var byType = _type.CompareTo(other._type);
        return byType != 0 ? byType : _key.CompareTo(other._key);
    }

    public bool Equals(GrainId other) => _key.Equals(other._key) && _type.Equals(other._type);

    public override bool Equals(object? obj) => obj is GrainId other && Equals(other);

    public override int GetHashCode() => (int)GetUniformHashCode();

    /// <summary>The same in every process: placement and directory ownership derive from it.</summary>
    public uint GetUniformHashCode() => unchecked(_type.GetUniformHashCode() * TypeFactor + _key.GetUniformHashCode());

    public override string ToString() => $"{_type}{Separator}{_key}";

    public static bool operator ==(GrainId left, GrainId right) => left.Equals(right);

    public static bool operator !=(GrainId left, GrainId right) => !left.Equals(right);
}
