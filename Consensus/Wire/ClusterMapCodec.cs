using System.Buffers;

namespace Orleans.Kv.Consensus;

/// <summary>Cluster maps to bytes and back.</summary>
public static class ClusterMapCodec
{
    public static void Write(IBufferWriter<byte> output, ClusterMap map) => throw new NotImplementedException();

    public static byte[] ToArray(ClusterMap map) => throw new NotImplementedException();

    /// <exception cref="FrameFormatException">These bytes are no cluster map.</exception>
    public static ClusterMap Read(ReadOnlySpan<byte> bytes) => throw new NotImplementedException();
}
