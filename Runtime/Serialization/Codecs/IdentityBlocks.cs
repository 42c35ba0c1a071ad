using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Orleans.Runtime;

namespace Orleans.Serialization.Codecs;

/// <summary>
/// Addresses and identities as bytes. They are rebuilt through their constructors, so that what they cache (hashes) is computed here
/// and not believed.
/// </summary>
internal static class IdentityBlocks
{
    private const int PortSize = sizeof(ushort);
    private const int ScopeSize = sizeof(long);
    private const int V4Size = 4;
    private const int V6Size = 16;

    public static byte[] FromAddress(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || address.ScopeId == 0) return bytes;
        Array.Resize(ref bytes, V6Size + ScopeSize);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(V6Size), address.ScopeId);
        return bytes;
    }

    public static IPAddress ToAddress(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        V4Size or V6Size => new IPAddress(bytes),
        V6Size + ScopeSize => new IPAddress(bytes[..V6Size], BinaryPrimitives.ReadInt64LittleEndian(bytes[V6Size..])),
        _ => throw new FormatException($"An internet address has 4, 16 or 24 bytes, not {bytes.Length}."),
    };

    public static byte[] FromEndpoint(IPEndPoint endpoint)
    {
        var address = FromAddress(endpoint.Address);
        var bytes = new byte[PortSize + address.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)endpoint.Port);
        address.CopyTo(bytes, PortSize);
        return bytes;
    }

    public static IPEndPoint ToEndpoint(ReadOnlySpan<byte> bytes) =>
        new(ToAddress(bytes[PortSize..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes));

    public static byte[] FromSilo(SiloAddress silo)
    {
        var endpoint = FromEndpoint(silo.Endpoint);
        var bytes = new byte[sizeof(int) + endpoint.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, silo.Generation);
        endpoint.CopyTo(bytes, sizeof(int));
        return bytes;
    }

    public static SiloAddress ToSilo(ReadOnlySpan<byte> bytes) =>
        SiloAddress.New(ToEndpoint(bytes[sizeof(int)..]), BinaryPrimitives.ReadInt32LittleEndian(bytes));

    public static byte[] FromSpan(IdSpan span) => IdSpan.UnsafeGetArray(span) ?? [];

    public static IdSpan ToSpan(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? default : new IdSpan(bytes.ToArray());

    public static byte[] FromGrain(GrainId grain)
    {
        var type = grain.Type.AsSpan();
        var key = grain.Key.AsSpan();
        var bytes = new byte[sizeof(int) + type.Length + key.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, type.Length);
        type.CopyTo(bytes.AsSpan(sizeof(int)));
        key.CopyTo(bytes.AsSpan(sizeof(int) + type.Length));
        return bytes;
    }

    public static GrainId ToGrain(ReadOnlySpan<byte> bytes)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        var rest = bytes[sizeof(int)..];
        return new GrainId(new GrainType(ToSpan(rest[..length])), ToSpan(rest[length..]));
    }
}
