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
    ValueTask<AuthorityView> Read(CancellationToken cancellation);

    /// <summary>
    /// Installs <paramref name="map"/> as the map of epoch <paramref name="epoch"/> if the installed epoch is
    /// <paramref name="expected"/> (0: none), atomically and durably. False when it is another one: read, think again.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="epoch"/> is not above <paramref name="expected"/>.</exception>
    ValueTask<bool> TryInstall(ReadOnlyMemory<byte> map, long epoch, long expected, CancellationToken cancellation);

    /// <summary>Puts <paramref name="node"/> in the place of whatever is registered under its name.</summary>
    ValueTask Register(NodeRecord node, CancellationToken cancellation);
}
