using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime.GrainDirectory;
using Orleans.Runtime.Messaging;

namespace Orleans.Kv.Tests.Runtime.Own.Directory;

/// <summary>A directory of silos of which only one is real; its clock stands still, so that nothing ends by a timeout.</summary>
public sealed class SupersededHandoffTests
{
    private static readonly SiloAddress[] Silos = [.. Enumerable.Range(0, 3).Select(i => SiloAddress.New(IPAddress.Loopback, 100 + i, 1))];

    [Fact]
    public async Task TwoChangesInARow_WhoeverWaitsForTheFirst_WaitsForTheSecondOnly()
    {
        var directory = Directory();
        var (first, second) = (View(2), View(3));
        var grain = Enumerable.Range(0, 10_000).Select(i => GrainId.Create("key", $"k{i}")).First(id => Owns(first, id) && Owns(second, id));

        directory.OnViewChanged(first);
        var lookup = directory.Lookup(grain).AsTask();
        directory.OnViewChanged(second);
        await Hear(directory, second, Silos[1]);
        Assert.False(lookup.IsCompleted, "not everybody has said what it hosts");
        await Hear(directory, second, Silos[2]);

        Assert.Null(await lookup.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task AGrainThatPassedToAnother_IsAskedForThere()
    {
        var directory = Directory();
        var (first, second) = (View(2), View(3));
        var grain = Enumerable.Range(0, 10_000).Select(i => GrainId.Create("key", $"k{i}")).First(id => Owns(first, id) && !Owns(second, id));

        directory.OnViewChanged(first);
        var lookup = directory.Handle(SystemOperation.DirectoryLookup, DirectoryWire.Question(first.Version, grain));
        directory.OnViewChanged(second);
        await Hear(directory, second, Silos[1]);
        await Hear(directory, second, Silos[2]);

        Assert.Equal(DirectoryWire.NotOwner, (await lookup.WaitAsync(TimeSpan.FromSeconds(30)))[0]);
    }

    private static bool Owns(ClusterView view, GrainId grain) => Silos[0].Equals(view.OwnerOf(grain));

    private static Task<byte[]> Hear(GrainDirectoryService directory, ClusterView view, SiloAddress silo) =>
        directory.Handle(SystemOperation.DirectorySync, DirectoryWire.Sync(view.RingId, silo, []));

    private static ClusterView View(int silos) => new(new ClusterMembershipSnapshot(
        Silos.Take(silos).ToImmutableDictionary(silo => silo, silo => new ClusterMember(silo, SiloStatus.Active, silo.ToString())), new MembershipVersion(silos)));

    private static GrainDirectoryService Directory() => new(
        Silos[0], new LocationCache(), new Catalog(), new Nobody(), new NoMembership(), new StoppedTime(), NullLogger<GrainDirectoryService>.Instance);

    private sealed class Nobody : ISystemCaller
    {
        public Task<byte[]> Ask(SiloAddress silo, SystemOperation operation, ReadOnlyMemory<byte> payload, TimeSpan? timeout) =>
            Task.FromException<byte[]>(new SiloUnavailableException($"{silo} is none"));
    }

    private sealed class NoMembership : IClusterMembershipService
    {
        public ClusterMembershipSnapshot CurrentSnapshot => throw new NotSupportedException();

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => throw new NotSupportedException();

        public ValueTask Refresh(MembershipVersion minimumVersion, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public Task<bool> TryKill(SiloAddress siloAddress) => throw new NotSupportedException();
    }

    private sealed class StoppedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Timer();

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
