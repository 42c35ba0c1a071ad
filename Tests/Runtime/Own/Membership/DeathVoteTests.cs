using System.Net;
using Orleans.Configuration;
using Orleans.Runtime.MembershipService;

namespace Orleans.Kv.Tests.Runtime.Own.Membership;

public sealed class DeathVoteTests
{
    private static readonly DateTime Now = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc);

    /// <summary>How many of the others must vote, by the number of silos and the votes asked for.</summary>
    [Theory]
    [InlineData(2, 2, 1)]
    [InlineData(3, 2, 2)]
    [InlineData(4, 2, 2)]
    [InlineData(7, 2, 2)]
    [InlineData(2, 3, 1)]
    [InlineData(3, 3, 2)]
    [InlineData(4, 3, 3)]
    [InlineData(3, 1, 1)]
    public void VotesNeeded_AreThoseAskedFor_OrAllOthers(int silos, int votesAskedFor, int needed)
    {
        var options = new ClusterMembershipOptions { NumVotesForDeathDeclaration = votesAskedFor };
        var rows = Rows(silos);
        var suspect = rows[0];

        for (var votes = 1; votes <= needed; votes++)
        {
            suspect = DeathVote.Cast(View(rows), suspect, [rows[votes].SiloAddress], Now, options);
            Assert.Equal(votes < needed ? SiloStatus.Active : SiloStatus.Dead, suspect.Status);
        }
    }

    [Fact]
    public void SameVoterTwice_IsOneVote()
    {
        var rows = Rows(4);
        var suspect = rows[0];
        for (var vote = 0; vote < 5; vote++)
            suspect = DeathVote.Cast(View(rows), suspect, [rows[1].SiloAddress], Now, new ClusterMembershipOptions());
        Assert.Equal(SiloStatus.Active, suspect.Status);
        Assert.Single(suspect.SuspectTimes!);
    }

    [Fact]
    public void OldVote_DoesNotCount()
    {
        var options = new ClusterMembershipOptions();
        var rows = Rows(4);
        rows[0].AddSuspector(rows[1].SiloAddress, Now - options.DeathVoteExpirationTimeout);
        Assert.Equal(SiloStatus.Active, DeathVote.Cast(View(rows), rows[0], [rows[2].SiloAddress], Now, options).Status);
    }

    [Fact]
    public void VoteOfTheDead_DoesNotCount()
    {
        var rows = Rows(4);
        rows[0].AddSuspector(rows[1].SiloAddress, Now);
        rows[1].Status = SiloStatus.Dead;
        Assert.Equal(SiloStatus.Active, DeathVote.Cast(View(rows), rows[0], [rows[2].SiloAddress], Now, new ClusterMembershipOptions()).Status);
    }

    [Fact]
    public void SilosThatVanishedLongAgo_AreNotWaitedFor()
    {
        var rows = Rows(3);
        rows[2].IAmAliveTime = rows[2].StartTime = Now.AddHours(-1);
        Assert.Equal(SiloStatus.Dead, DeathVote.Cast(View(rows), rows[0], [rows[1].SiloAddress], Now, new ClusterMembershipOptions()).Status);
    }

    [Fact]
    public void Vote_LeavesTheRowItIsDerivedFromAlone()
    {
        var rows = Rows(2);
        DeathVote.Cast(View(rows), rows[0], [rows[1].SiloAddress], Now, new ClusterMembershipOptions());
        Assert.Equal(SiloStatus.Active, rows[0].Status);
        Assert.Null(rows[0].SuspectTimes);
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 10)]
    [InlineData(5, 2)]
    [InlineData(20, 3)]
    public void ProbeRing_HasEverySiloWatchedBySoManyOthers(int silos, int probed)
    {
        var options = new ClusterMembershipOptions { NumProbedSilos = probed };
        var rows = Rows(silos);
        var watchers = rows.SelectMany(row => ProbeRing.Select(View(rows), row.SiloAddress, Now, options)).CountBy(silo => silo).ToDictionary();
        foreach (var row in rows)
            Assert.Equal(Math.Min(probed, silos - 1), watchers.GetValueOrDefault(row.SiloAddress));
    }

    [Fact]
    public void ProbeRing_HasASuspectWatchedByAll()
    {
        var options = new ClusterMembershipOptions { NumProbedSilos = 1 };
        var rows = Rows(8);
        rows[3].AddSuspector(rows[0].SiloAddress, Now);
        Assert.All(
            rows.Where(row => row != rows[3]),
            row => Assert.Contains(rows[3].SiloAddress, ProbeRing.Select(View(rows), row.SiloAddress, Now, options)));
    }

    private static List<MembershipEntry> Rows(int silos) =>
    [
        .. Enumerable.Range(1, silos).Select(number => new MembershipEntry
        {
            SiloAddress = SiloAddress.New(IPAddress.Loopback, number, 1),
            SiloName = $"silo-{number}",
            Status = SiloStatus.Active,
            StartTime = Now,
            IAmAliveTime = Now,
        }),
    ];

    private static MembershipView View(IEnumerable<MembershipEntry> rows) =>
        new(new MembershipTableData([.. rows.Select(row => Tuple.Create(row, "etag"))], new TableVersion(1, "etag")));
}
