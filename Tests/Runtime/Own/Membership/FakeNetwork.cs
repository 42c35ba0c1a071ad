using System.Collections.Concurrent;
using System.Net;
using Orleans.Configuration;
using Orleans.Runtime.MembershipService;

namespace Orleans.Kv.Tests.Runtime.Own.Membership;

/// <summary>Silos that consist of membership alone, around one table, with links that a test can break.</summary>
internal sealed class FakeNetwork : IAsyncDisposable
{
    private readonly ConcurrentDictionary<SiloAddress, FakeSilo> _silos = new();
    private readonly ConcurrentDictionary<(SiloAddress From, SiloAddress To), bool> _cuts = new();
    private int _lastPort = 1000;

    public InMemoryMembershipTable Table { get; } = new();

    public ClusterMembershipOptions Options { get; } = new()
    {
        ProbeTimeout = TimeSpan.FromMilliseconds(300),
        NumMissedProbesLimit = 2,
        NumVotesForDeathDeclaration = 2,
        TableRefreshTimeout = TimeSpan.FromMilliseconds(500),
        IAmAliveTablePublishTimeout = TimeSpan.FromMilliseconds(500),
        NumMissedTableIAmAliveLimit = 100,
        MaxJoinAttemptTime = TimeSpan.FromSeconds(10),
    };

    public async Task<FakeSilo> Start(string name, SiloAddress? insteadOf = null)
    {
        var address = insteadOf is null
            ? SiloAddress.New(IPAddress.Loopback, Interlocked.Increment(ref _lastPort), 10)
            : SiloAddress.New(insteadOf.Endpoint, insteadOf.Generation + 1);
        var silo = new FakeSilo(this, name, address);
        _silos[address] = silo;
        await silo.Start();
        return silo;
    }

    public async Task<FakeSilo[]> Start(int count) =>
        await Task.WhenAll(Enumerable.Range(1, count).Select(number => Start($"silo-{number}")));

    /// <summary>Nothing goes from one to the other any more, in that direction.</summary>
    public void Cut(FakeSilo from, FakeSilo to) => _cuts[(from.Address, to.Address)] = true;

    public void Heal() => _cuts.Clear();

    public async Task<SiloStatus> StatusInTable(FakeSilo silo) =>
        (await Table.ReadRow(silo.Address)).Members is [var row] ? row.Item1.Status : SiloStatus.None;

    public async Task<MembershipEntry> Row(FakeSilo silo) => (await Table.ReadRow(silo.Address)).Members[0].Item1;

    /// <summary>What becomes of a message, as its sender sees it.</summary>
    public ProbeOutcome Reach(SiloAddress from, SiloAddress to, out FakeSilo? target)
    {
        target = _silos.GetValueOrDefault(to);
        if (target is null or { State: FakeSiloState.Killed })
            return ProbeOutcome.Refused;
        var isCut = _cuts.ContainsKey((from, to)) || _cuts.ContainsKey((to, from));
        return isCut || target.State == FakeSiloState.Paused ? ProbeOutcome.Silent : ProbeOutcome.Answered;
    }

    public void ReportLost(SiloAddress lost)
    {
        foreach (var silo in _silos.Values.Where(silo => silo.State == FakeSiloState.Running))
            silo.Transport.OnLost(lost);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos.Values)
            await silo.DisposeAsync();
    }
}
