namespace Orleans.Runtime.Messaging;

/// <summary>The first frame of either side of a connection.</summary>
internal sealed record Hello
{
    /// <summary>Tells this protocol from anything else that may knock at the port.</summary>
    private const int Magic = 0x4B564F52;

    /// <summary>Raised when frames change incompatibly; hosts of different versions refuse one another.</summary>
    public const byte CurrentVersion = 1;

    private const int MaxGrainTypes = 65_536;

    public required string ClusterId { get; init; }

    public required PeerKind Kind { get; init; }

    /// <summary>The sender's silo, or an address made up for a client.</summary>
    public required SiloAddress Address { get; init; }

    /// <summary>The client's id; empty for a silo.</summary>
    public string ClientId { get; init; } = string.Empty;

    /// <summary>
    /// The silo that the initiator means. A restarted silo listens on the same port and must not take its predecessor's calls.
    /// Null where any will do, as for a client that knows a gateway by its endpoint.
    /// </summary>
    public SiloAddress? Intended { get; init; }

    /// <summary>Grain interfaces and the grain types that implement them, told to clients by gateways.</summary>
    public IReadOnlyList<(string Interface, string GrainType, bool IsLocal)> GrainTypes { get; init; } = [];

    public void Write(OutputBuffer output)
    {
        output.WriteInt32(Magic);
        output.WriteByte(CurrentVersion);
        output.WriteString(ClusterId);
        output.WriteByte((byte)Kind);
        output.WriteString(Address.ToParsableString());
        output.WriteString(ClientId);
        output.WriteString(Intended?.ToParsableString() ?? string.Empty);
        output.WriteVar((uint)GrainTypes.Count);
        foreach (var (interfaceName, grainType, isLocal) in GrainTypes)
        {
            output.WriteString(interfaceName);
            output.WriteString(grainType);
            output.WriteByte(isLocal ? (byte)1 : (byte)0);
        }
    }

    public static Hello Read(InputSpan input)
    {
        if (input.ReadInt32() != Magic)
        {
            throw new InvalidMessageFrameException("The peer does not speak this protocol.");
        }

        var version = input.ReadByte();
        if (version != CurrentVersion)
        {
            throw new InvalidMessageFrameException($"The peer speaks version {version} of the protocol, this host {CurrentVersion}.");
        }

        return new Hello
        {
            ClusterId = input.ReadString(),
            Kind = (PeerKind)input.ReadByte(),
            Address = ReadAddress(ref input) ?? throw new InvalidMessageFrameException("The peer does not say who it is."),
            ClientId = input.ReadString(),
            Intended = ReadAddress(ref input),
            GrainTypes = ReadGrainTypes(ref input),
        };
    }

    private static SiloAddress? ReadAddress(ref InputSpan input)
    {
        var text = input.ReadString();
        return text.Length == 0 ? null
            : SiloAddress.TryParse(text, out var address) ? address
            : throw new InvalidMessageFrameException("A silo address is malformed.");
    }

    private static List<(string Interface, string GrainType, bool IsLocal)> ReadGrainTypes(ref InputSpan input)
    {
        var count = input.ReadVar();
        if (count > MaxGrainTypes)
        {
            throw new InvalidMessageFrameException($"{count} grain types are more than there can be.");
        }

        var types = new List<(string, string, bool)>();
        for (var i = 0; i < count; i++)
        {
            types.Add((input.ReadString(), input.ReadString(), input.ReadByte() != 0));
        }

        return types;
    }
}
