using System.Collections.Immutable;
using System.Net;
using Orleans.Runtime.GrainDirectory;

namespace Orleans.Kv.Tests.Runtime.Own.Directory;

public sealed class ClusterViewTests
{
    private static readonly GrainId[] Grains = [.. Enumerable.Range(0, 10_000).Select(i => GrainId.Create("key", $"k{i}"))];

    [Fact]
    public void Owners_ShareTheGrainsRoughlyEvenly()
    {
        var view = View(Silos(5));
        var shares = Grains.CountBy(grain => view.OwnerOf(grain)!).Select(pair => pair.Value).ToList();

        Assert.Equal(5, shares.Count);
        Assert.All(shares, share => Assert.InRange(share, Grains.Length / 10, Grains.Length / 3));
    }

    [Fact]
    public void LossOfASilo_MovesItsGrainsOnly()
    {
        var silos = Silos(4);
        var before = View(silos);
        var after = View([.. silos.Where(silo => silo.Silo.Endpoint.Port != 102)]);

        Assert.All(Grains, grain =>
        {
            var owner = before.OwnerOf(grain)!;
            if (owner.Endpoint.Port != 102)
                Assert.Equal(owner, after.OwnerOf(grain));
        });
    }

    [Fact]
    public void OneWhoLeaves_OwnsNothingAndIsStillAlive()
    {
        var silos = Silos(3);
        silos[1] = (silos[1].Silo, SiloStatus.ShuttingDown);
        var view = View(silos);

        Assert.Equal(2, view.Active.Length);
        Assert.Contains(silos[1].Silo, view.Alive);
        Assert.False(view.IsDead(silos[1].Silo));
        Assert.DoesNotContain(silos[1].Silo, Grains.Select(view.OwnerOf));
    }

    [Fact]
    public void RingId_IsTheSameForTheSameActiveSilosInAnyOrder()
    {
        var silos = Silos(3);
        Assert.Equal(View(silos).RingId, View([.. Enumerable.Reverse(silos)]).RingId);
        Assert.NotEqual(View(silos).RingId, View(silos[..2]).RingId);
    }

    [Fact]
    public void WithoutActiveSilos_NobodyOwns() => Assert.Null(ClusterView.Empty.OwnerOf(Grains[0]));

    private static (SiloAddress Silo, SiloStatus Status)[] Silos(int count) =>
        [.. Enumerable.Range(0, count).Select(i => (SiloAddress.New(IPAddress.Loopback, 100 + i, 1), SiloStatus.Active))];

    private static ClusterView View((SiloAddress Silo, SiloStatus Status)[] silos) => new(new ClusterMembershipSnapshot(
        silos.ToImmutableDictionary(silo => silo.Silo, silo => new ClusterMember(silo.Silo, silo.Status, silo.Silo.ToString())),
        new MembershipVersion(1)));
}
