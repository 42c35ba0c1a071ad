namespace Orleans.Runtime;

/// <summary>What this silo can say about its activations.</summary>
internal sealed class ActivationStatistics(Catalog catalog, GrainDirectory.GrainDirectoryService directory)
{
    public int Count => catalog.Counts.Sum(static counted => counted.Count);

    public int DirectoryEntries => directory.PartitionCount;

    /// <summary>Activations used within the last minutes.</summary>
    public int CountUsedWithin(TimeSpan time)
    {
        var now = Environment.TickCount64;
        return catalog.All.Count(activation => activation.IdleFor(now) <= time.TotalMilliseconds);
    }

    /// <summary>Activations by full name of the grain class.</summary>
    public Dictionary<string, int> CountByClass()
    {
        var counts = new Dictionary<string, int>();
        foreach (var (grainClass, count) in catalog.Counts)
        {
            if (count > 0)
            {
                counts[grainClass.Name] = counts.GetValueOrDefault(grainClass.Name) + count;
            }
        }

        return counts;
    }

    public List<(GrainId Id, string ClassName)> List() => [.. catalog.All.Select(activation => (activation.GrainId, activation.Class.Name))];

    public List<GrainId> ListOf(GrainType type) =>
        [.. catalog.All.Where(activation => activation.GrainId.Type.Equals(type)).Select(activation => activation.GrainId).Distinct()];
}
