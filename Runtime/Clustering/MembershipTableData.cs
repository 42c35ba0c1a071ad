using System.Net;
using Orleans.Runtime;

namespace Orleans;

/// <summary>What was read from an <see cref="IMembershipTable"/> in one atomic step: rows with their etags, and the table's version.</summary>
[Serializable, GenerateSerializer]
public sealed class MembershipTableData
{
    public MembershipTableData(List<Tuple<MembershipEntry, string>> list, TableVersion version)
    {
        ArgumentNullException.ThrowIfNull(list);

        // The living first: whoever reads a log of this wants to see them without scrolling.
        list.Sort(static (left, right) =>
        {
            var byDeath = (left.Item1.Status == SiloStatus.Dead).CompareTo(right.Item1.Status == SiloStatus.Dead);
            return byDeath != 0 ? byDeath : string.CompareOrdinal(left.Item1.SiloName, right.Item1.SiloName);
        });
        Members = list;
        Version = version;
    }

    public MembershipTableData(Tuple<MembershipEntry, string> tuple, TableVersion version)
    {
        Members = [tuple];
        Version = version;
    }

    public MembershipTableData(TableVersion version)
    {
        Members = [];
        Version = version;
    }

    [Id(0)]
    public IReadOnlyList<Tuple<MembershipEntry, string>> Members { get; private set; }

    [Id(1)]
    public TableVersion Version { get; private set; }

    public Tuple<MembershipEntry, string>? TryGet(SiloAddress silo)
    {
        foreach (var member in Members)
        {
            if (member.Item1.SiloAddress.Equals(silo))
                return member;
        }

        return null;
    }

    /// <summary>The same table with, of the dead, only the latest instance on each endpoint.</summary>
    public MembershipTableData WithoutDuplicateDeads()
    {
        var kept = new List<Tuple<MembershipEntry, string>>();
        var dead = new Dictionary<IPEndPoint, Tuple<MembershipEntry, string>>();
        foreach (var member in Members)
        {
            var address = member.Item1.SiloAddress;
            if (member.Item1.Status != SiloStatus.Dead)
                kept.Add(member);
            else if (!dead.TryGetValue(address.Endpoint, out var other) || other.Item1.SiloAddress.Generation < address.Generation)
                dead[address.Endpoint] = member;
        }

        kept.AddRange(dead.Values);
        return new MembershipTableData(kept, Version);
    }

    public override string ToString()
    {
        var counts = Members.GroupBy(member => member.Item1.Status).OrderBy(group => group.Key).Select(group => $"{group.Count()} {group.Key}");
        return $"{Members.Count} silos ({string.Join(", ", counts)}), Version={Version}: {string.Join("; ", Members.Select(member => member.Item1))}";
    }
}
