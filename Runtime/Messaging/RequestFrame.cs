namespace Orleans.Runtime.Messaging;

/// <summary>A request as it lies in the receive buffer. Valid until the handler returns.</summary>
internal ref struct RequestFrame
{
    public long Id;
    public RequestFlags Flags;
    public byte Forwards;
    public uint TimeToLive;
    public GrainType TargetType;
    public ReadOnlySpan<byte> TargetKey;
    public GrainInterfaceType Interface;
    public GrainId Source;
    public Guid ReentrancyId;
    public ReadOnlySpan<byte> Context;
    public ReadOnlySpan<byte> Body;

    public readonly GrainId Target => new(TargetType, new IdSpan(TargetKey.ToArray()));
}
