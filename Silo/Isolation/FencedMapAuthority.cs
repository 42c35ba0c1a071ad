using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Silo.Isolation;

/// <summary>The authority on the cluster map as one host sees it. Behind the raised fence it is out of reach.</summary>
internal sealed class FencedMapAuthority(IMapAuthority authority, HostFence fence) : IMapAuthority
{
    public bool IsIsolated => authority.IsIsolated;

    public ValueTask<AuthorityView> Read(CancellationToken cancellation) => Reachable().Read(cancellation);

    public ValueTask<bool> TryInstall(
        ReadOnlyMemory<byte> map, long epoch, long expected, IReadOnlyCollection<string> stores, CancellationToken cancellation) =>
        Reachable().TryInstall(map, epoch, expected, stores, cancellation);

    public ValueTask Register(NodeRecord node, CancellationToken cancellation) => Reachable().Register(node, cancellation);

    public ValueTask<bool> SetDraining(string name, string store, bool draining, CancellationToken cancellation) =>
        Reachable().SetDraining(name, store, draining, cancellation);

    private IMapAuthority Reachable() => fence.IsUp ? throw new IOException("This host has been thrown away: it does not reach the cluster map any more.") : authority;
}
