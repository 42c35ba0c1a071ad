namespace Orleans.Kv.Silo.Isolation;

/// <summary>Whom a silo can reach at one moment.</summary>
/// <param name="Reachable">Nodes of the newest generation that can be reached, this one included where it is one of them.</param>
/// <param name="Needed">How many of them are a majority.</param>
/// <param name="Away">The nodes of the newest generation that cannot be reached.</param>
/// <param name="Silent">Members of the shared table that do not even refuse a connection: nobody who cannot talk to them is let in.</param>
/// <param name="IsSharedAway">The shared table or the map's authority cannot be read, so that nobody can join by it.</param>
internal sealed record PeerOutlook(int Reachable, int Needed, IReadOnlyList<string> Away, IReadOnlyList<string> Silent, bool IsSharedAway = false)
{
    /// <summary>The silo belongs to the side that can decide, as far as it can tell.</summary>
    public bool MayJoin => Reachable >= Needed && Silent.Count == 0 && !IsSharedAway;

    public override string ToString() =>
        $"{Reachable} of the {Needed} nodes that make a majority can be reached"
        + (Away.Count > 0 ? $", not {string.Join(", ", Away)}" : "")
        + (Silent.Count > 0 ? $"; no answer from the members at {string.Join(", ", Silent)}" : "")
        + (IsSharedAway ? "; the shared membership and map cannot be read" : "");
}
