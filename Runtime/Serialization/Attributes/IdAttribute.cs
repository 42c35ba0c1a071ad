namespace Orleans;

/// <summary>
/// The member's number within its declaring type, or a method's within its interface. It is what the wire knows: names may
/// change, numbers may be added, a number is never used again for something else.
/// </summary>
[AttributeUsage(
    AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Method
    | AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter)]
public sealed class IdAttribute(uint id) : Attribute
{
    public uint Id { get; } = id;
}
