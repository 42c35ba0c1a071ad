using Microsoft.Extensions.Options;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>
/// The map authority in the cluster file, beside the membership table: the swap of the map is one swap of the file, so that the
/// old map or the new one is there, whoever dies when.
/// </summary>
public sealed class FileMapAuthority : IMapAuthority
{
    private readonly ClusterFile _file;

    public FileMapAuthority(IOptions<FileClusteringOptions> options, TimeProvider time) : this(new ClusterFile(options.Value, time))
    {
    }

    internal FileMapAuthority(ClusterFile file) => _file = file;

    /// <inheritdoc/>
    public ValueTask<AuthorityView> Read(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var content = _file.Read();
        var nodes = new List<NodeRecord>(content.Nodes.Count);
        foreach (var (name, node) in content.Nodes) nodes.Add(new NodeRecord(name, node.Store, SiloAddress.FromParsableString(node.Silo)));
        return ValueTask.FromResult(new AuthorityView(content.MapEpoch, content.Map, nodes));
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryInstall(ReadOnlyMemory<byte> map, long epoch, long expected, CancellationToken cancellation)
    {
        if (epoch <= expected) throw new ArgumentException($"Epoch {epoch} does not follow epoch {expected}.", nameof(epoch));
        cancellation.ThrowIfCancellationRequested();
        // The caller may reuse its buffer as soon as this method returns.
        var bytes = map.ToArray();
        return new ValueTask<bool>(_file.UpdateAsync(content =>
            content.MapEpoch == expected ? (content with { MapEpoch = epoch, Map = bytes }, true) : (null, false)));
    }

    /// <inheritdoc/>
    public ValueTask Register(NodeRecord node, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var record = new ClusterFileNode(node.Store, node.Silo.ToParsableString());
        return new ValueTask(_file.UpdateAsync(content =>
            content.Nodes.TryGetValue(node.Name, out var current) && current == record
                ? (null, true)
                : (content with { Nodes = content.Nodes.SetItem(node.Name, record) }, true)));
    }
}
