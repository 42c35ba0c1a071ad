using System.Collections.Frozen;

namespace Orleans.Runtime;

/// <summary>Grain types by the interfaces that they implement.</summary>
internal sealed class GrainTypeTable : IGrainTypeSource
{
    private FrozenDictionary<GrainInterfaceType, GrainType[]> _types = FrozenDictionary<GrainInterfaceType, GrainType[]>.Empty;
    private FrozenSet<GrainType> _local = FrozenSet<GrainType>.Empty;

    public GrainTypeTable()
    {
    }

    public GrainTypeTable(GrainClasses classes) => Set(classes.Describe());

    public void Set(IEnumerable<(string Interface, string GrainType, bool IsLocal)> types)
    {
        var list = types.ToList();
        _local = list.Where(type => type.IsLocal).Select(type => GrainType.Create(type.GrainType)).ToFrozenSet();
        _types = list
            .GroupBy(type => GrainInterfaceType.Create(type.Interface))
            .ToFrozenDictionary(group => group.Key, group => group.Select(type => GrainType.Create(type.GrainType)).ToArray());
    }

    public IReadOnlyList<GrainType> GetGrainTypes(GrainInterfaceType interfaceType) =>
        _types.TryGetValue(interfaceType, out var types) ? types : [];

    /// <summary>Whether every silo answers for grains of this type itself: they have no location.</summary>
    public bool IsLocal(GrainType type) => _local.Contains(type);
}
