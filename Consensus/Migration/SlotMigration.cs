namespace Orleans.Kv.Consensus;

/// <summary>Brings one slot into the newest generation of an unstable map.</summary>
public sealed class SlotMigration
{
    /// <summary>
    /// A slot has to be migrated only where the generations differ in its replica set or in its write quorum. Elsewhere what was committed under any of them was
    /// accepted by w nodes of the very set that the newest one asks, so there is nothing to bring, and ballots alone order what proposers of different epochs do there.
    /// </summary>
    public static bool IsNeeded(ClusterMap map, Slot slot)
    {
        ArgumentNullException.ThrowIfNull(map);
        var newest = map.Newest.ReplicaSet(slot);
        for (var i = 0; i < map.Generations.Length - 1; i++)
        {
            var older = map.Generations[i];
            var set = older.ReplicaSet(slot);
            if (older.WriteQuorum != map.WriteQuorum || set.Length != newest.Length || set.Any(node => !newest.Contains(node)))
                return true;
        }

        return false;
    }
}
