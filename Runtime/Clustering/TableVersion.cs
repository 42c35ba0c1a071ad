namespace Orleans;

/// <summary>The version of the whole membership table: a number that only rises, and the etag that proves on which state a change builds.</summary>
[Serializable, GenerateSerializer, Immutable]
public sealed class TableVersion : IEquatable<TableVersion>
{
    public TableVersion(int version, string eTag)
    {
        Version = version;
        VersionEtag = eTag;
    }

    [Id(0)]
    public int Version { get; }

    [Id(1)]
    public string VersionEtag { get; }

    public static bool operator ==(TableVersion? left, TableVersion? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(TableVersion? left, TableVersion? right) => !(left == right);

    /// <summary>The version a change of this state proposes: the next number with this state's etag as proof.</summary>
    public TableVersion Next() => new(Version + 1, VersionEtag);

    public bool Equals(TableVersion? other) =>
        other is not null && Version == other.Version && string.Equals(VersionEtag, other.VersionEtag, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as TableVersion);

    public override int GetHashCode() => HashCode.Combine(Version, VersionEtag);

    public override string ToString() => $"<{Version}, {VersionEtag}>";
}
