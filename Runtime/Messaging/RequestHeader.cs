namespace Orleans.Runtime.Messaging;

/// <summary>What is to be known of a request besides its body.</summary>
internal struct RequestHeader
{
    public GrainId Target;
    public GrainInterfaceType Interface;

    /// <summary>The calling grain; the default stands for the host at the other end.</summary>
    public GrainId Source;
    public RequestFlags Flags;
    public byte Forwards;

    /// <summary>Milliseconds that the caller still waits.</summary>
    public uint TimeToLive;
    public Guid ReentrancyId;
    public Dictionary<string, object>? Context;

    /// <summary>The context as bytes, where it is only passed on.</summary>
    public ReadOnlyMemory<byte> RawContext;
}
