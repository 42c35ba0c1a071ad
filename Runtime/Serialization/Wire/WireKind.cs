namespace Orleans.Serialization.Wire;

/// <summary>
/// What follows a tag. Every kind can be skipped without knowing what the field means, which is what lets two builds with
/// different members talk to each other.
/// </summary>
internal enum WireKind : byte
{
    /// <summary>No field: the end of an object (number 0), or of one of its sections (number 1).</summary>
    End = 0,

    /// <summary>An integer of 1 to 10 bytes, 7 bits each, lowest first; signed ones are zigzag-coded.</summary>
    Varint = 1,

    /// <summary>4 bytes, little-endian.</summary>
    Fixed32 = 2,

    /// <summary>8 bytes, little-endian.</summary>
    Fixed64 = 3,

    /// <summary>A varint length and that many bytes.</summary>
    Bytes = 4,

    /// <summary>A type specification, then tagged fields up to the end tag.</summary>
    Object = 5,

    /// <summary>A varint: where in this body the object begins that is meant; 0 is null.</summary>
    Reference = 6,

    /// <summary>Nothing: the type's default value (zero, null, empty).</summary>
    Default = 7,
}
