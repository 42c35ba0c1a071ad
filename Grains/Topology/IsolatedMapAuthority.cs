using Orleans.Kv.Grains.Storage;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Grains.Topology;

/// <summary>
/// The map authority of a silo that is cut off from the others: what its process last knew, with this silo's own address of now. Nothing in it can be changed: the others decide
/// without this silo, and whatever it decided by itself would have to be taken back.
/// </summary>
public sealed class IsolatedMapAuthority(SiloMemory memory) : IMapAuthority
{
    private volatile NodeRecord? _self;

    /// <inheritdoc/>
    public bool IsIsolated => true;

    /// <inheritdoc/>
    public ValueTask<AuthorityView> Read(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var known = memory.Known;
        if (_self is not { } self) return ValueTask.FromResult(known);
        var former = known.Nodes.FirstOrDefault(node => node.Name == self.Name);
        var present = former is null ? self : self with { Draining = former.Draining, WasMember = former.WasMember && former.Store == self.Store };
        return ValueTask.FromResult(known with { Nodes = [.. known.Nodes.Where(node => node.Name != self.Name).Append(present).OrderBy(node => node.Name, StringComparer.Ordinal)] });
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryInstall(
        ReadOnlyMemory<byte> map, long epoch, long expected, IReadOnlyCollection<string> stores, CancellationToken cancellation) => throw OutOfReach();

    /// <summary>Known to this host alone.</summary>
    public ValueTask Register(NodeRecord node, CancellationToken cancellation)
    {
        _self = node;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<bool> SetDraining(string name, string store, bool draining, CancellationToken cancellation) => throw OutOfReach();

    private static IOException OutOfReach() => new("This silo is cut off from the majority of the others: the cluster map stays as it is here.");
}
