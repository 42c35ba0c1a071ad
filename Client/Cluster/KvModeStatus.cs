namespace Orleans.Kv.Client;

/// <summary>The cluster's consistency mode.</summary>
/// <param name="Mode">The mode that is set.</param>
/// <param name="Epoch">Of the map that it stands in.</param>
/// <param name="Unconfirmed">The silos that may go by another one still, and why that is not known better.</param>
public sealed record KvModeStatus(KvMode Mode, long Epoch, IReadOnlyDictionary<string, string> Unconfirmed);
