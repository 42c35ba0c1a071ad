using System.Buffers.Binary;

namespace Orleans.Runtime;

/// <summary>One life of a grain on one silo.</summary>
[GenerateSerializer]
[Immutable]
public readonly struct ActivationId : IEquatable<ActivationId>
{
    private const char Mark = '@';

    [Id(0)]
    private readonly Guid _key;

    public ActivationId(Guid key) => _key = key;

    public bool IsDefault => _key == Guid.Empty;

    internal Guid Key => _key;

    public static ActivationId NewId() => new(Guid.NewGuid());

    /// <summary>The one activation of something that has only one, such as a grain service on its silo.</summary>
    public static ActivationId GetDeterministic(GrainId grain)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, grain.Type.GetUniformHashCode());
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], grain.Key.GetUniformHashCode());
        return new(new Guid(bytes));
    }

    public static ActivationId FromParsableString(string activationId) =>
        activationId is [Mark, .. var digits] && Guid.TryParseExact(digits, "N", out var key)
            ? new(key)
            : throw new FormatException($"'{activationId}' is not an activation id.");

    public bool Equals(ActivationId other) => _key.Equals(other._key);

    public override bool Equals(object? obj) => obj is ActivationId other && Equals(other);

    public override int GetHashCode() => _key.GetHashCode();

    public string ToParsableString() => ToString();

    public override string ToString() => $"{Mark}{_key:N}";

    public static bool operator ==(ActivationId left, ActivationId right) => left.Equals(right);

    public static bool operator !=(ActivationId left, ActivationId right) => !left.Equals(right);
}
