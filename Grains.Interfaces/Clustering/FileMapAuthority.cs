using System.Collections.Immutable;
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
        foreach (var (name, node) in content.Nodes)
        {
            nodes.Add(new NodeRecord(name, node.Store, SiloAddress.FromParsableString(node.Silo), node.Draining, node.Durable, node.WasMember));
        }

        return ValueTask.FromResult(new AuthorityView(content.MapEpoch, content.Map, nodes));
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryInstall(
        ReadOnlyMemory<byte> map, long epoch, long expected, IReadOnlyCollection<string> stores, CancellationToken cancellation)
    {
        if (epoch <= expected) throw new ArgumentException($"Epoch {epoch} does not follow epoch {expected}.", nameof(epoch));
        cancellation.ThrowIfCancellationRequested();
        // The caller may reuse its buffer as soon as this method returns.
        var bytes = map.ToArray();
        return new ValueTask<bool>(_file.UpdateAsync(content =>
            content.MapEpoch == expected
                ? (content with { MapEpoch = epoch, Map = bytes, Nodes = Marked(content.Nodes, stores) }, true)
                : (null, false)));
    }

    /// <inheritdoc/>
    public ValueTask Register(NodeRecord node, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return new ValueTask(_file.UpdateAsync(content =>
        {
            var current = content.Nodes.GetValueOrDefault(node.Name);
            // What is known of one store says nothing of the next one under its name.
            if (current?.Store != node.Store) current = null;
            var record = new ClusterFileNode(node.Store, node.Silo.ToParsableString(), node.Draining, node.Durable, node.WasMember || current is { WasMember: true })
            {
                Unknown = current?.Unknown,
            };
            return (current == record ? null : content with { Nodes = content.Nodes.SetItem(node.Name, record) }, true);
        }));
    }

    /// <inheritdoc/>
    public ValueTask<bool> SetDraining(string name, string store, bool draining, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return new ValueTask<bool>(_file.UpdateAsync(content =>
        {
            if (!content.Nodes.TryGetValue(name, out var node) || node.Store != store) return (null, false);
            return (node.Draining == draining ? null : content with { Nodes = content.Nodes.SetItem(name, node with { Draining = draining }) }, true);
        }));
    }

    private static ImmutableSortedDictionary<string, ClusterFileNode> Marked(
        ImmutableSortedDictionary<string, ClusterFileNode> nodes, IReadOnlyCollection<string> stores)
    {
        foreach (var (name, node) in nodes)
        {
            if (!node.WasMember && stores.Contains(node.Store)) nodes = nodes.SetItem(name, node with { WasMember = true });
        }

        return nodes;
    }
}
