namespace Orleans.Kv.Interfaces.Topology;

/// <summary>What an <see cref="IMapAuthority"/> holds, read at one moment.</summary>
/// <param name="Epoch">The epoch of <paramref name="Map"/>; 0 while no map was ever installed.</param>
/// <param name="Map">The map as the consensus core's codec wrote it; empty while there is none.</param>
/// <param name="Nodes">Every registered node, one per name.</param>
public sealed record AuthorityView(long Epoch, ReadOnlyMemory<byte> Map, IReadOnlyList<NodeRecord> Nodes)
{
    /// <summary>Nothing installed, nobody registered.</summary>
    public static AuthorityView Empty { get; } = new(0, ReadOnlyMemory<byte>.Empty, []);
}
