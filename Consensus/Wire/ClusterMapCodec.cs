using System.Buffers;
using System.Buffers.Binary;

namespace Orleans.Kv.Consensus;

/// <summary>
/// Cluster maps to bytes and back: as the authority stores them, and inside a <see cref="StaleEpochReply"/>. Replica sets are not written: they
/// derive from the nodes.
/// </summary>
public static class ClusterMapCodec
{
    /// <summary>The format's version, and with it the first byte of a stored map.</summary>
    public const byte Version = 1;

    // A length, one byte of name, a store id.
    private const int LeastNode = 18;
    // A write quorum, a count, one node, a count of lost ones.
    private const int LeastGeneration = 3 + LeastNode;
    private const int Overhead = 16;

    public static void Write(IBufferWriter<byte> output, ClusterMap map)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(map);
        var writer = new WireWriter(output);
        Write(ref writer, map);
        writer.Flush();
    }

    public static byte[] ToArray(ClusterMap map)
    {
        var output = new ArrayBufferWriter<byte>();
        Write(output, map);
        return output.WrittenSpan.ToArray();
    }

    /// <exception cref="FrameFormatException">These bytes are no cluster map.</exception>
    public static ClusterMap Read(ReadOnlyMemory<byte> bytes)
    {
        var reader = new WireReader(bytes, FrameOwnership.Borrowed);
        var map = Read(ref reader);
        reader.End();
        return map;
    }

    internal static int EstimateBytes(ClusterMap map)
    {
        var bytes = Overhead;
        foreach (var generation in map.Generations)
        {
            bytes += Overhead + (2 * generation.Lost.Length);
            foreach (var node in generation.Nodes)
                bytes += Overhead + LeastNode + (3 * node.Name.Length);
        }

        return bytes;
    }

    internal static void Write(ref WireWriter output, ClusterMap map)
    {
        output.Byte(Version);
        output.Number(map.Epoch.Number);
        output.Byte((byte)map.Mode);
        output.Number(map.Generations.Length);
        Span<byte> store = stackalloc byte[16];
        foreach (var generation in map.Generations)
        {
            output.Byte((byte)generation.WriteQuorum);
            output.Number(generation.Nodes.Length);
            foreach (var node in generation.Nodes)
            {
                output.Text(node.Name);
                node.Store.Value.TryWriteBytes(store);
                output.Fixed64(BinaryPrimitives.ReadUInt64LittleEndian(store));
                output.Fixed64(BinaryPrimitives.ReadUInt64LittleEndian(store[8..]));
            }

            output.Number(generation.Lost.Length);
            foreach (var node in generation.Lost)
                output.Number(generation.Nodes.IndexOf(node));
        }
    }

    internal static ClusterMap Read(ref WireReader input)
    {
        var start = input.Position;
        if (input.Byte() != Version)
            throw WireReader.Fault(start, $"a cluster map of another version than {Version}");
        var epoch = new Epoch(input.Number());
        var mode = (ConsistencyMode)input.Byte();
        var count = input.Count(ClusterMap.MaxGenerations, LeastGeneration, "generations");
        try
        {
            var generations = new Generation[count];
            for (var i = 0; i < count; i++)
                generations[i] = ReadGeneration(ref input);
            return new ClusterMap(epoch, mode, generations);
        }
        catch (ArgumentException fault)
        {
            throw WireReader.Fault(start, fault.Message);
        }
    }

    private static Generation ReadGeneration(ref WireReader input)
    {
        var writeQuorum = (WriteQuorum)input.Byte();
        var nodes = new NodeId[input.Count(Generation.MaxNodes, LeastNode, "nodes")];
        Span<byte> store = stackalloc byte[16];
        for (var i = 0; i < nodes.Length; i++)
        {
            var name = input.Text(NodeId.MaxNameBytes, "name bytes");
            BinaryPrimitives.WriteUInt64LittleEndian(store, input.Fixed64());
            BinaryPrimitives.WriteUInt64LittleEndian(store[8..], input.Fixed64());
            nodes[i] = new NodeId(name, new StoreId(new Guid(store)));
        }

        return new Generation(nodes, writeQuorum, ReadLost(ref input, nodes));
    }

    /// <summary>Positions in the list of nodes, each above the one before it: one generation has one form.</summary>
    private static NodeId[] ReadLost(ref WireReader input, NodeId[] nodes)
    {
        var lost = new NodeId[input.Count(nodes.Length, 1, "lost nodes")];
        var least = 0L;
        for (var i = 0; i < lost.Length; i++)
        {
            var start = input.Position;
            var at = input.Number();
            if (at < least || at >= nodes.Length)
                throw WireReader.Fault(start, "a lost node out of order, or that is none of the generation");
            lost[i] = nodes[at];
            least = at + 1;
        }

        return lost;
    }
}
