using System.Net;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Topology;
using Orleans.Kv.Silo.Isolation;

namespace Orleans.Kv.Tests.Store.Isolation;

/// <summary>A host that is thrown away, and what it shares with the others.</summary>
public sealed class HostFenceTests
{
    private static readonly SiloAddress Self = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1), 1);
    private static readonly SiloAddress Other = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 2), 1);

    private readonly HostFence _fence = new();
    private readonly IsolatedMembershipTable _shared = new();
    private readonly MemoryMapAuthority _authority = new();
    private readonly FencedMembershipTable _table;
    private readonly FencedMapAuthority _map;

    public HostFenceTests()
    {
        _table = new FencedMembershipTable(_shared, _fence);
        _map = new FencedMapAuthority(_authority, _fence);
    }

    [Fact]
    public async Task Table_BeforeTheFence_IsTheSharedOne()
    {
        await Join();

        Assert.Equal([SiloStatus.Active, SiloStatus.Active], Statuses(await _shared.ReadAll()));
        Assert.Equal([SiloStatus.Active, SiloStatus.Active], Statuses(await _table.ReadAll()));
        Assert.Equal([SiloStatus.Active], Statuses(await _table.ReadRow(Other)));
    }

    [Fact]
    public async Task Table_BehindTheFence_TellsThatAllAreDead_InANewerVersion()
    {
        await Join();
        var before = await _table.ReadAll();
        _fence.Raise();

        var behind = await _table.ReadAll();
        Assert.Equal([SiloStatus.Dead, SiloStatus.Dead], Statuses(behind));
        Assert.True(behind.Version.Version > before.Version.Version + 1, $"{behind.Version} is not newer than what gossip may have told after {before.Version}");
        Assert.Equal([SiloStatus.Dead], Statuses(await _table.ReadRow(Other)));
        // What was read before is the engine's.
        Assert.Equal([SiloStatus.Active, SiloStatus.Active], Statuses(before));
    }

    [Fact]
    public async Task Table_BehindTheFence_TakesEveryChange_AndMakesNone()
    {
        await Join();
        var (row, etag) = (await _table.ReadRow(Other)).Members[0];
        var before = await _shared.ReadAll();
        _fence.Raise();

        row.Status = SiloStatus.Dead;
        row.IAmAliveTime = DateTime.UnixEpoch;
        Assert.True(await _table.UpdateRow(row, etag, before.Version.Next()));
        Assert.True(await _table.InsertRow(Entry(SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 3), 1)), before.Version.Next()));
        await _table.UpdateIAmAlive(row);
        await _table.CleanupDefunctSiloEntries(DateTimeOffset.MaxValue);
        await _table.DeleteMembershipTableEntries("kv");

        var after = await _shared.ReadAll();
        Assert.Equal(before.Version, after.Version);
        Assert.Equal(before.Members.Select(member => member.Item1.ToString()), after.Members.Select(member => member.Item1.ToString()));
        Assert.All(after.Members, member => Assert.NotEqual(DateTime.UnixEpoch, member.Item1.IAmAliveTime));
    }

    [Fact]
    public async Task Table_NeverRead_IsEmptyBehindTheFence()
    {
        await Join();
        _fence.Raise();

        Assert.Empty((await new FencedMembershipTable(_shared, _fence).ReadAll()).Members);
    }

    [Fact]
    public async Task Map_BehindTheFence_IsOutOfReach()
    {
        var node = new NodeRecord("silo-1", "store", Self);
        await _map.Register(node, default);
        Assert.True(await _map.TryInstall(new byte[] { 1 }, 1, 0, ["store"], default));
        Assert.Equal(1, (await _map.Read(default)).Epoch);
        _fence.Raise();

        await Assert.ThrowsAsync<IOException>(async () => await _map.Read(default));
        await Assert.ThrowsAsync<IOException>(async () => await _map.TryInstall(new byte[] { 2 }, 2, 1, [], default));
        await Assert.ThrowsAsync<IOException>(async () => await _map.Register(node with { Store = "another" }, default));
        await Assert.ThrowsAsync<IOException>(async () => await _map.SetDraining("silo-1", "store", true, default));
        var shared = await _authority.Read(default);
        Assert.Equal((1, "store", false), (shared.Epoch, Assert.Single(shared.Nodes).Store, shared.Nodes[0].Draining));
    }

    private async Task Join()
    {
        foreach (var silo in (SiloAddress[])[Self, Other]) Assert.True(await _table.InsertRow(Entry(silo), (await _table.ReadAll()).Version.Next()));
        await _table.ReadAll();
    }

    private static MembershipEntry Entry(SiloAddress silo) => new()
    {
        SiloAddress = silo,
        SiloName = silo.ToString(),
        HostName = "here",
        RoleName = "silo",
        Status = SiloStatus.Active,
        StartTime = DateTime.UtcNow,
        IAmAliveTime = DateTime.UtcNow,
    };

    private static IEnumerable<SiloStatus> Statuses(MembershipTableData table) => table.Members.Select(member => member.Item1.Status);
}
