using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;

namespace Orleans.Runtime;

/// <summary>
/// One run of a silo (or client): its endpoint and the generation that tells this run from the ones before on the same endpoint.
/// Written <c>ip:port@generation</c> where it must be read back, <c>Sip:port:generation</c> for people.
/// </summary>
[Immutable]
[GenerateSerializer]
[SuppressMessage("Design", "CA1036", Justification = "Orleans declares no ordering operators.")]
public sealed class SiloAddress : IEquatable<SiloAddress>, IComparable<SiloAddress>
{
    private const char Separator = '@';
    private const int HashedBytes = 24;
    private static readonly long GenerationEpoch = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    /// <summary>
    /// Shorter than a process needs to start, join and be killed, so that whoever starts in its place has a later generation; long
    /// enough for 13 years of them in an int.
    /// </summary>
    private static readonly long GenerationTicks = TimeSpan.FromMilliseconds(200).Ticks;

    private static long _lastGeneration;

    private readonly int _hashCode;
    private byte[]? _utf8;

    private SiloAddress(IPEndPoint endpoint, int generation)
    {
        Endpoint = endpoint;
        Generation = generation;
        _hashCode = HashWith(null);
    }

    [Id(0)]
    public IPEndPoint Endpoint { get; }

    [Id(1)]
    public int Generation { get; }

    public bool IsClient => Generation < 0;

    public static SiloAddress Zero { get; } = New(IPAddress.Any, 0, 0);

    /// <summary>
    /// Fifths of a second since 2026, but never the same twice in one process: a silo restarted at once is another silo.
    /// </summary>
    public static int AllocateNewGeneration()
    {
        var now = (TimeProvider.System.GetUtcNow().UtcTicks - GenerationEpoch) / GenerationTicks;
        while (true)
        {
            var last = Interlocked.Read(ref _lastGeneration);
            var next = Math.Max(now, last + 1);
            if (Interlocked.CompareExchange(ref _lastGeneration, next, last) == last)
            {
                return unchecked((int)next);
            }
        }
    }

    public static SiloAddress New(IPEndPoint ep, int gen) => New(ep.Address, ep.Port, gen);

    public static SiloAddress New(IPAddress address, int port, int generation) =>
        new(new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port), generation);

    public static SiloAddress FromParsableString(string addr) => Parse(addr);

    public static SiloAddress FromUtf8String(ReadOnlySpan<byte> addr) => Parse(addr);

    public static SiloAddress Parse(ReadOnlySpan<byte> utf8Text) => Parse(Encoding.UTF8.GetString(utf8Text));

    public static SiloAddress Parse(string value) =>
        TryParse(value, out var result) ? result : throw new FormatException($"'{value}' is not a silo address (ip:port@generation).");

    public static bool TryParse(ReadOnlySpan<byte> utf8Text, [NotNullWhen(true)] out SiloAddress? result) =>
        TryParse(Encoding.UTF8.GetString(utf8Text), out result);

    public static bool TryParse([NotNullWhen(true)] string? value, [NotNullWhen(true)] out SiloAddress? result)
    {
        result = null;
        var text = value.AsSpan();
        var at = text.LastIndexOf(Separator);
        if (at < 0 || !int.TryParse(text[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var generation))
        {
            return false;
        }

        var endpoint = text[..at];
        var colon = endpoint.LastIndexOf(':');
        if (colon < 0
            || !IPAddress.TryParse(endpoint[..colon], out var address)
            || !ushort.TryParse(endpoint[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return false;
        }

        result = New(address, port, generation);
        return true;
    }

    public bool IsSuccessorOf(SiloAddress other) =>
        Generation != 0 && other.Generation != 0 && Endpoint.Equals(other.Endpoint) && Generation > other.Generation;

    public bool IsPredecessorOf(SiloAddress other) => other.IsSuccessorOf(this);

    public int CompareTo(SiloAddress? other)
    {
        if (other is null)
        {
            return 1;
        }

        var result = Generation.CompareTo(other.Generation);
        result = result != 0 ? result : Endpoint.Port.CompareTo(other.Endpoint.Port);
        return result != 0
            ? result
            : Endpoint.Address.GetAddressBytes().AsSpan().SequenceCompareTo(other.Endpoint.Address.GetAddressBytes());
    }

    public bool Equals(SiloAddress? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Generation == other.Generation && _hashCode == other._hashCode && Endpoint.Equals(other.Endpoint));

    public override bool Equals(object? obj) => Equals(obj as SiloAddress);

    /// <summary>The same in every process, unlike <see cref="GetHashCode"/> of most types.</summary>
    public int GetConsistentHashCode() => _hashCode;

    public override int GetHashCode() => _hashCode;

    /// <summary>Positions of this silo on a ring of hashes.</summary>
    public uint[] GetUniformHashCodes(int numHashes)
    {
        var hashes = new uint[numHashes];
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = (uint)HashWith(i);
        }

        return hashes;
    }

    public string ToParsableString() => string.Create(CultureInfo.InvariantCulture, $"{Endpoint.Address}:{Endpoint.Port}{Separator}{Generation}");

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(IsClient ? 'C' : 'S')}{Endpoint}:{Generation}");

    public string ToStringWithHashCode() => string.Create(CultureInfo.InvariantCulture, $"{this}/x{_hashCode:X8}");

    internal byte[] ToUtf8String() => _utf8 ??= Encoding.UTF8.GetBytes(ToParsableString());

    private int HashWith(int? extra)
    {
        Span<byte> bytes = stackalloc byte[HashedBytes + sizeof(int)];
        bytes.Clear();
        Endpoint.Address.TryWriteBytes(bytes, out _);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], Endpoint.Port);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[20..], Generation);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[HashedBytes..], extra ?? 0);
        return (int)StableHash.ComputeHash(extra is null ? bytes[..HashedBytes] : bytes);
    }
}
