using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime;

/// <summary>The id of something that lives on one silo and is addressed by that silo: the silo's address is the key.</summary>
[Immutable]
[SuppressMessage("Design", "CA1036", Justification = "Compared for equality; an order has no use here.")]
public readonly struct SystemTargetGrainId : IEquatable<SystemTargetGrainId>
{
    private const byte ExtraMark = (byte)'+';
    private readonly GrainId _grainId;

    private SystemTargetGrainId(GrainId grainId) => _grainId = grainId;

    public GrainId GrainId => _grainId;

    public static SystemTargetGrainId Create(GrainType kind, SiloAddress address) =>
        new(new GrainId(kind, new IdSpan(address.ToUtf8String())));

    public static GrainType CreateGrainType(string name) => GrainType.Create(GrainTypePrefix.SystemTargetPrefix + name);

    public static bool IsSystemTargetGrainId(in GrainId id) => id.IsSystemTarget();

    public static bool TryParse(GrainId grainId, out SystemTargetGrainId systemTargetId)
    {
        systemTargetId = IsSystemTargetGrainId(grainId) ? new(grainId) : default;
        return !systemTargetId._grainId.IsDefault;
    }

    public SiloAddress GetSiloAddress()
    {
        var key = _grainId.Key.AsSpan();
        var at = key.IndexOf(ExtraMark);
        return SiloAddress.FromUtf8String(at < 0 ? key : key[..at]);
    }

    public SystemTargetGrainId WithSiloAddress(SiloAddress siloAddress) => Create(_grainId.Type, siloAddress);

    public bool Equals(SystemTargetGrainId other) => _grainId.Equals(other._grainId);

    public override bool Equals(object? obj) => obj is SystemTargetGrainId other && Equals(other);

    public override int GetHashCode() => _grainId.GetHashCode();

    public override string ToString() => _grainId.ToString();

    public static bool operator ==(SystemTargetGrainId left, SystemTargetGrainId right) => left.Equals(right);

    public static bool operator !=(SystemTargetGrainId left, SystemTargetGrainId right) => !left.Equals(right);
}
