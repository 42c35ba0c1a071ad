using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Orleans.Kv.Tests.Runtime.Own.Membership;

/// <summary>What of membership and management crosses between processes, and back.</summary>
public sealed class WireTests
{
    private static readonly SiloAddress Silo = SiloAddress.New(IPAddress.Parse("10.1.2.3"), 4567, 89);
    private readonly Serializer _serializer = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    private static MembershipEntry Entry => new()
    {
        SiloAddress = Silo,
        Status = SiloStatus.ShuttingDown,
        SuspectTimes = [Tuple.Create(Silo, new DateTime(2026, 2, 3, 4, 5, 6, DateTimeKind.Utc))],
        ProxyPort = 30_001,
        HostName = "host",
        SiloName = "silo",
        StartTime = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc),
        IAmAliveTime = new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc),
    };

    [Fact]
    public void Entry_KeepsEveryColumn() => AssertSame(Entry, RoundTrip(Entry));

    [Fact]
    public void TableData_KeepsRowsEtagsAndVersion()
    {
        var data = new MembershipTableData([Tuple.Create(Entry, "7")], new TableVersion(12, "34"));
        var copy = RoundTrip(data);
        Assert.Equal(data.Version, copy.Version);
        var row = Assert.Single(copy.Members);
        Assert.Equal("7", row.Item2);
        AssertSame(Entry, row.Item1);
    }

    [Fact]
    public void Snapshot_KeepsItsMembers()
    {
        var member = new ClusterMember(Silo, SiloStatus.Active, "silo");
        var snapshot = new ClusterMembershipSnapshot(ImmutableDictionary<SiloAddress, ClusterMember>.Empty.Add(Silo, member), new MembershipVersion(5));
        var copy = RoundTrip(snapshot);
        Assert.Equal(snapshot.Version, copy.Version);
        Assert.Equal(member, Assert.Single(copy.Members).Value);
    }

    [Fact]
    public void Statistics_KeepTheirNumbers()
    {
        var simple = RoundTrip(new SimpleGrainStatistic { GrainType = "a.b", SiloAddress = Silo, ActivationCount = 3 });
        Assert.Equal(("a.b", Silo, 3), (simple.GrainType, simple.SiloAddress, simple.ActivationCount));
        var id = GrainId.Create("type", "key");
        var detailed = RoundTrip(new DetailedGrainStatistic { GrainType = "a.b", SiloAddress = Silo, GrainId = id });
        Assert.Equal(("a.b", Silo, id), (detailed.GrainType, detailed.SiloAddress, detailed.GrainId));
    }

    private static void AssertSame(MembershipEntry expected, MembershipEntry actual)
    {
        Assert.Equal(expected.ToFullString(), actual.ToFullString());
        Assert.Equal(expected.SuspectTimes, actual.SuspectTimes);
    }

    private T RoundTrip<T>(T value) => _serializer.Deserialize<T>(_serializer.SerializeToArray(value))!;
}
