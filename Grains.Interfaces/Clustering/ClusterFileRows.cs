using System.Collections.Immutable;

namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>Rows of the cluster file as Orleans' membership entries and back.</summary>
internal static class ClusterFileRows
{
    public static ClusterFileMember FromEntry(MembershipEntry entry, string etag)
    {
        var suspicions = ImmutableArray.CreateBuilder<ClusterFileSuspicion>(entry.SuspectTimes?.Count ?? 0);
        foreach (var (silo, time) in entry.SuspectTimes ?? []) suspicions.Add(new ClusterFileSuspicion(silo.ToParsableString(), Utc(time)));
        return new ClusterFileMember(
            entry.SiloAddress.ToParsableString(),
            etag,
            entry.SiloName ?? "",
            entry.HostName ?? "",
            entry.Status.ToString(),
            entry.ProxyPort,
            entry.RoleName,
            Utc(entry.StartTime),
            Utc(entry.IAmAliveTime),
            suspicions.ToImmutable(),
            entry.UpdateZone,
            entry.FaultZone);
    }

    public static MembershipEntry ToEntry(ClusterFileMember member)
    {
        var suspicions = new List<Tuple<SiloAddress, DateTime>>(member.Suspicions.Length);
        foreach (var (by, time) in member.Suspicions) suspicions.Add(Tuple.Create(SiloAddress.FromParsableString(by), time));
        return new MembershipEntry
        {
            SiloAddress = SiloAddress.FromParsableString(member.Silo),
            SiloName = member.Name,
            HostName = member.Host,
            Status = Status(member),
            ProxyPort = member.GatewayPort,
            RoleName = member.Role,
            StartTime = member.StartTime,
            IAmAliveTime = member.AliveTime,
            SuspectTimes = suspicions,
            UpdateZone = member.UpdateZone,
            FaultZone = member.FaultZone,
        };
    }

    public static SiloStatus Status(ClusterFileMember member) =>
        Enum.TryParse<SiloStatus>(member.Status, out var status)
            ? status
            : throw new ClusterFileException($"The cluster file gives silo '{member.Name}' the unknown status '{member.Status}'.");

    // Orleans writes UTC times, some of them without saying so; a local time zone must not shift them.
    public static DateTime Utc(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc);
}
