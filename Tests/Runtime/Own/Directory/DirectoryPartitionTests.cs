using System.Collections.Immutable;
using System.Net;
using Orleans.Runtime.GrainDirectory;

namespace Orleans.Kv.Tests.Runtime.Own.Directory;

public sealed class DirectoryPartitionTests
{
    private static readonly SiloAddress First = SiloAddress.New(IPAddress.Loopback, 1, 1);
    private static readonly SiloAddress Second = SiloAddress.New(IPAddress.Loopback, 2, 1);
    private readonly DirectoryPartition _partition = new();

    [Fact]
    public void FirstToRegister_Wins()
    {
        var view = View(SiloStatus.Active, SiloStatus.Active);
        var winner = Address(First);

        Assert.Same(winner, _partition.Register(winner, view));
        Assert.Same(winner, _partition.Register(Address(Second), view));
        Assert.Same(winner, _partition.Find(winner.GrainId));
    }

    [Fact]
    public void RegistrationOnADeadSilo_GivesWay()
    {
        _partition.Register(Address(First), View(SiloStatus.Active, SiloStatus.Active));
        var successor = Address(Second);

        Assert.Same(successor, _partition.Register(successor, View(SiloStatus.Dead, SiloStatus.Active)));
    }

    [Fact]
    public void Unregister_OfAnotherActivation_ChangesNothing()
    {
        var view = View(SiloStatus.Active, SiloStatus.Active);
        var registered = Address(First);
        _partition.Register(registered, view);

        _partition.Unregister(Address(First));
        Assert.Same(registered, _partition.Find(registered.GrainId));
        _partition.Unregister(registered);
        Assert.Null(_partition.Find(registered.GrainId));
    }

    [Fact]
    public void Clean_ForgetsTheDeadAndWhatOthersKeep()
    {
        var view = View(SiloStatus.Active, SiloStatus.Active);
        var grains = Enumerable.Range(0, 200).Select(i => Address(First, $"k{i}")).ToList();
        foreach (var grain in grains)
            _partition.Register(grain, view);

        _partition.Clean(view, Second);
        Assert.Equal(grains.Count(grain => view.OwnerOf(grain.GrainId)!.Equals(Second)), _partition.Count);
        _partition.Clean(View(SiloStatus.Dead, SiloStatus.Active), Second);
        Assert.Equal(0, _partition.Count);
    }

    private static GrainAddress Address(SiloAddress silo, string key = "k") => new()
    {
        GrainId = GrainId.Create("key", key),
        ActivationId = ActivationId.NewId(),
        SiloAddress = silo,
    };

    private static ClusterView View(SiloStatus first, SiloStatus second) => new(new ClusterMembershipSnapshot(
        ImmutableDictionary.CreateRange(
        [
            KeyValuePair.Create(First, new ClusterMember(First, first, "first")),
            KeyValuePair.Create(Second, new ClusterMember(Second, second, "second")),
        ]),
        new MembershipVersion(1)));
}
