using Orleans.Runtime.Messaging;

namespace Orleans.Runtime.GrainDirectory;

/// <summary>Directory questions and answers as bytes.</summary>
internal static class DirectoryWire
{
    private const int SmallMessage = 256;

    /// <summary>The answerer does not keep this grain, as far as it knows; its version follows.</summary>
    public const byte NotOwner = 0;
    public const byte Nothing = 1;
    public const byte Found = 2;

    public static byte[] Question(MembershipVersion version, GrainId id)
    {
        var output = new OutputBuffer(SmallMessage);
        output.WriteInt64(version.Value);
        WriteId(output, id);
        return output.ToArrayAndRelease();
    }

    public static byte[] Question(MembershipVersion version, GrainAddress address)
    {
        var output = new OutputBuffer(SmallMessage);
        output.WriteInt64(version.Value);
        WriteAddress(output, address);
        return output.ToArrayAndRelease();
    }

    public static byte[] Answer(GrainAddress? address)
    {
        var output = new OutputBuffer(SmallMessage);
        output.WriteByte(address is null ? Nothing : Found);
        if (address is not null)
        {
            WriteAddress(output, address);
        }

        return output.ToArrayAndRelease();
    }

    public static byte[] Refuse(MembershipVersion version)
    {
        var output = new OutputBuffer(SmallMessage);
        output.WriteByte(NotOwner);
        output.WriteInt64(version.Value);
        return output.ToArrayAndRelease();
    }

    public static byte[] Sync(uint ringId, SiloAddress sender, List<GrainAddress> addresses)
    {
        var output = new OutputBuffer(SmallMessage);
        output.WriteVar(ringId);
        output.WriteBlock(sender.ToUtf8String());
        output.WriteVar((uint)addresses.Count);
        foreach (var address in addresses)
        {
            WriteAddress(output, address);
        }

        return output.ToArrayAndRelease();
    }

    public static (uint RingId, SiloAddress Sender, List<GrainAddress> Addresses) ReadSync(ReadOnlySpan<byte> payload)
    {
        var input = new InputSpan(payload);
        var ringId = input.ReadVar();
        var sender = SiloAddress.FromUtf8String(input.ReadBlock());
        var count = input.ReadVar();
        var addresses = new List<GrainAddress>();
        for (var i = 0; i < count; i++)
        {
            addresses.Add(ReadAddress(ref input));
        }

        return (ringId, sender, addresses);
    }

    public static void WriteId(OutputBuffer output, GrainId id)
    {
        output.WriteBlock(id.Type.AsSpan());
        output.WriteBlock(id.Key.AsSpan());
    }

    public static GrainId ReadId(ref InputSpan input)
    {
        var type = new GrainType(input.ReadBlock().ToArray());
        return new GrainId(type, new IdSpan(input.ReadBlock().ToArray()));
    }

    public static void WriteAddress(OutputBuffer output, GrainAddress address)
    {
        WriteId(output, address.GrainId);
        output.WriteGuid(address.ActivationId.Key);
        output.WriteBlock(address.SiloAddress!.ToUtf8String());
        output.WriteInt64(address.MembershipVersion.Value);
    }

    public static GrainAddress ReadAddress(ref InputSpan input) => new()
    {
        GrainId = ReadId(ref input),
        ActivationId = new ActivationId(input.ReadGuid()),
        SiloAddress = SiloAddress.FromUtf8String(input.ReadBlock()),
        MembershipVersion = new MembershipVersion(input.ReadInt64()),
    };
}
