using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Interfaces.Availability;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Grains.Conflicts;

/// <summary>The keys of this silo's replica that list conflicts.</summary>
internal sealed class LocalConflicts(Replica replica)
{
    /// <summary>A listing ends early rather than become a message that others wait behind. One key always fits.</summary>
    private const int MaxListedBytes = 4 << 20;

    public ConflictedKeys List(string? from, int limit)
    {
        var first = from is not null && Key.TryFrom(from, out var parsed, out _) ? parsed : null;
        limit = Math.Clamp(limit, 1, ConflictPage.MaxEntries);
        var keys = replica.KeysWithConflicts().Where(key => first is null || key >= first).Order().ToList();
        var listed = new List<ConflictedKey>();
        long bytes = 0;
        foreach (var key in keys)
        {
            if (!replica.TryGet(key, out var register) || register.State is not { Divergence.Conflicts.Length: > 0 } state) continue;
            bytes += state.Bytes;
            if (listed.Count == limit || (listed.Count > 0 && bytes > MaxListedBytes)) return new ConflictedKeys { Keys = [.. listed], HasMore = true };
            listed.Add(new ConflictedKey { Key = key.ToString(), Frame = CopyFrame.Write(register) });
        }

        return new ConflictedKeys { Keys = [.. listed] };
    }
}
