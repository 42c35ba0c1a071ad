namespace Orleans.Kv.Interfaces.Topology;

/// <summary>
/// The one place that decides which cluster map is the next: beside the membership table, in the same file or database. It compares
/// epochs and keeps bytes; what a map means is the consensus core's business.
/// </summary>
/// <remarks>
/// Implementations are safe to call from any thread and from several processes, survive the death of a caller at any instruction (the
/// old map or the new one, never a torn one), and throw <see cref="IOException"/> when they cannot be reached: callers retry.
/// The authority is read at start-up and when something changed, never on the way of an operation.
/// </remarks>
public interface IMapAuthority
{
    /// <summary>
    /// This silo is cut off from the others and goes by what it last knew: nothing can be changed here, and attempts to fail with an <see cref="IOException"/>. Fixed for the life of the silo's host.
    /// </summary>
    bool IsIsolated => false;

    ValueTask<AuthorityView> Read(CancellationToken cancellation);

    /// <summary>
    /// Installs <paramref name="map"/> as the map of epoch <paramref name="epoch"/> if the installed epoch is
    /// <paramref name="expected"/> (0: none), atomically and durably. False when it is another one: read, think again.
    /// With the map, and not after it, the records of its <paramref name="stores"/> become those of members (<see cref="NodeRecord.WasMember"/>).
    /// </summary>
    /// <param name="map">The map, in the consensus core's encoding.</param>
    /// <param name="epoch">Its epoch.</param>
    /// <param name="expected">The epoch it follows.</param>
    /// <param name="stores">The ids of all stores that the map has in any of its generations, as <see cref="NodeRecord.Store"/> writes them.</param>
    /// <param name="cancellation">Ends the attempt; the map may be installed all the same.</param>
    /// <exception cref="ArgumentException"><paramref name="epoch"/> is not above <paramref name="expected"/>.</exception>
    ValueTask<bool> TryInstall(
        ReadOnlyMemory<byte> map, long epoch, long expected, IReadOnlyCollection<string> stores, CancellationToken cancellation);

    /// <summary>
    /// Puts <paramref name="node"/> in the place of whatever is registered under its name. What the former record said of the same store as a member stays said.
    /// </summary>
    ValueTask Register(NodeRecord node, CancellationToken cancellation);

    /// <summary>
    /// Says whether the node is to leave the map. False, and nothing is changed, where <paramref name="store"/> does not stand under <paramref name="name"/> (any more).
    /// </summary>
    ValueTask<bool> SetDraining(string name, string store, bool draining, CancellationToken cancellation);
}
