namespace Orleans.Kv.Consensus;

/// <summary>One of the two writes of a <see cref="Conflict"/>: what it wrote, and when and where. Immutable; a delete has no value.</summary>
public sealed class ContestedWrite : IEquatable<ContestedWrite>
{
    public ContestedWrite(WriteStamp stamp, bool isDelete, ReadOnlyMemory<byte> value, string? contentType)
    {
        Stamp = stamp;
        IsDelete = isDelete;
        Value = isDelete ? default : value;
        ContentType = isDelete ? null : contentType;
    }

    public WriteStamp Stamp { get; }

    public bool IsDelete { get; }

    public ReadOnlyMemory<byte> Value { get; }

    public string? ContentType { get; }

    public bool Equals(ContestedWrite? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && Stamp == other.Stamp
            && IsDelete == other.IsDelete
            && string.Equals(ContentType, other.ContentType, StringComparison.Ordinal)
            && Value.Span.SequenceEqual(other.Value.Span));

    public override bool Equals(object? obj) => Equals(obj as ContestedWrite);

    public override int GetHashCode() => Stamp.GetHashCode();

    public override string ToString() => IsDelete ? $"delete {Stamp}" : $"{Value.Length} bytes {Stamp}";
}
