namespace Orleans.Kv.Client;

/// <summary>The cluster as one of its silos sees it.</summary>
/// <param name="Epoch">Of its map.</param>
/// <param name="Mode">The consistency mode.</param>
/// <param name="Leader">Who changes the map at present; null where nobody does.</param>
/// <param name="IsMigrating">Whether keys are being moved.</param>
/// <param name="Nodes">Its silos.</param>
public sealed record KvCluster(long Epoch, KvMode Mode, string? Leader, bool IsMigrating, IReadOnlyList<KvNode> Nodes);
