namespace Orleans.Runtime;

/// <summary>One silo instance as a <see cref="ClusterMembershipSnapshot"/> shows it.</summary>
[Serializable, GenerateSerializer, Immutable]
public sealed class ClusterMember : IEquatable<ClusterMember>
{
    public ClusterMember(SiloAddress siloAddress, SiloStatus status, string name)
    {
        ArgumentNullException.ThrowIfNull(siloAddress);
        SiloAddress = siloAddress;
        Status = status;
        Name = name;
    }

    [Id(0)]
    public SiloAddress SiloAddress { get; }

    [Id(1)]
    public SiloStatus Status { get; }

    /// <summary>The silo's stable name.</summary>
    [Id(2)]
    public string Name { get; }

    public bool Equals(ClusterMember? other) =>
        other is not null
        && SiloAddress.Equals(other.SiloAddress)
        && Status == other.Status
        && string.Equals(Name, other.Name, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as ClusterMember);

    public override int GetHashCode() => SiloAddress.GetHashCode();

    public override string ToString() => $"{SiloAddress}/{Name}/{Status}";
}
