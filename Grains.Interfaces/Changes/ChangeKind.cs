namespace Orleans.Kv.Interfaces.Changes;

/// <summary>What happened to a key. The numbers cross the wire: add, never renumber.</summary>
[GenerateSerializer, Alias("kv.ChangeKind")]
public enum ChangeKind : byte
{
    /// <summary>Has a new value, or the old one with another expiry.</summary>
    Stored = 0,

    Deleted = 1,

    /// <summary>Its value ran out.</summary>
    Expired = 2,

    /// <summary>This silo's copy has that version now; whether it is committed is not known. No content, not even whether it is a value.</summary>
    Hint = 3,
}
