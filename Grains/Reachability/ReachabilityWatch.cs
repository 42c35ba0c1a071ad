using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Grains.Traffic;

namespace Orleans.Kv.Grains.Reachability;

/// <summary>
/// Knows which nodes of the map this silo can reach, without anybody having to wait for it: so that an operation that cannot have a quorum is refused at once, or done without one,
/// instead of running into its timeouts.
/// <para>
/// A node is heard whenever its replica answers anything; one that was not heard for a moment is pinged. It is <em>unreachable</em> when it has been silent for
/// <see cref="ReachabilityOptions.SilentAfter"/>, when its silo refuses calls, when nobody is registered under its store, or when the engine's membership does not have its silo
/// (any more). What is on its way to it fails at that moment. It is reachable again with its first answer.
/// </para>
/// <para>
/// All this is an opinion, good for saving time only. Where it is wrong, a write is refused or kept as pending that could have been committed, or tried that cannot be; nothing
/// is answered wrongly. A silo that was paused itself does not blame the others: their silence counts from when it is back. Nor does it trust its own copies: the others may have gone on
/// without it, so it is not in sync until it has asked.
/// </para>
/// </summary>
internal sealed partial class ReachabilityWatch(
    TopologyAgent topology, IPeers peers, Hearings hearings, PeerTraffic traffic, ISiloStatusOracle oracle, SyncWatch sync, IOptions<ReachabilityOptions> options,
    TimeProvider time, ILogger<ReachabilityWatch> logger)
    : IOutlook, ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly ILogger _logger = logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _reckoning = new();
    private FrozenDictionary<NodeId, PeerState> _peers = FrozenDictionary<NodeId, PeerState>.Empty;
    private volatile bool _isClear = true;
    private long _looked;
    private Task _loop = Task.CompletedTask;

    public bool IsClear => _isClear;

    public bool IsInSync => _isClear && sync.IsInSync && !HasBeenAway(time.GetTimestamp());

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(ReachabilityWatch), ServiceLifecycleStage.Active, Start, Stop);

    public void Dispose() => _stopping.Dispose();

    public bool CanReach(NodeId node) => node == topology.Self || UnreachableSince(node) is null;

    /// <summary>Since when the node cannot be reached; null where it can, as far as is known.</summary>
    public DateTimeOffset? UnreachableSince(NodeId node) =>
        Volatile.Read(ref _peers).TryGetValue(node, out var peer) && peer.UnreachableSince is > 0 and var since ? DateTimeOffset.FromUnixTimeMilliseconds(since) : null;

    public string? ShortageOf(Key key)
    {
        if (_isClear || topology.View.Map is not { } map) return null;
        return QuorumOutlook.Of(map[key], topology.Self, UnreachableSince);
    }

    private Task Start(CancellationToken cancellation)
    {
        Volatile.Write(ref _looked, time.GetTimestamp());
        _loop = Task.Run(KeepOn, CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task Stop(CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        // Not where the host is thrown away: a call under way would hold it up for as long as its timeout.
        await _loop.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task KeepOn()
    {
        using var timer = new PeriodicTimer(options.Value.PingPeriod, time);
        try
        {
            do
            {
                try
                {
                    Look();
                }
                catch (Exception fault) when (fault is not OperationCanceledException)
                {
                    LogFault(fault);
                }
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    private void Look()
    {
        var now = time.GetTimestamp();
        var away = HasBeenAway(now);
        // The doubt first: from the next line on nobody can see any more that it was away.
        if (away) sync.Doubt();
        Volatile.Write(ref _looked, now);
        if (topology.View.Map is not { } map) return;
        var known = Follow(map);
        foreach (var peer in known.Values)
        {
            if (away) peer.Excuse();
            Judge(peer);
            if (IsMember(peer.Node) && peer.Silence(hearings.LastOf(peer.Node)) >= options.Value.PingPeriod) _ = Ping(peer);
        }

        Reckon(known);
    }

    /// <summary>This silo has not looked after the others when it was to: its process stood still, or was starved.</summary>
    private bool HasBeenAway(long now) => time.GetElapsedTime(Volatile.Read(ref _looked), now) > 2 * options.Value.PingPeriod;

    private FrozenDictionary<NodeId, PeerState> Follow(ClusterMap map)
    {
        var known = _peers;
        var nodes = map.Generations.SelectMany(static generation => generation.Nodes).Where(node => node != topology.Self).ToHashSet();
        if (nodes.SetEquals(known.Keys)) return known;
        known = nodes.ToFrozenDictionary(static node => node, node => known.TryGetValue(node, out var peer) ? peer : new PeerState(node, time));
        hearings.Forget(node => !nodes.Contains(node));
        Volatile.Write(ref _peers, known);
        return known;
    }

    private void Judge(PeerState peer)
    {
        var (change, reason) = peer.Judge(hearings.LastOf(peer.Node), IsMember(peer.Node), options.Value.SilentAfter);
        if (change == PeerChange.Lost)
        {
            // First the flags, then the failures: who fails now must not be told that all is well.
            Reckon(_peers);
            sync.Doubt();
            LogUnreachable(peer.Node, reason!);
            traffic.GiveUp(peer.Node);
        }
        else if (change == PeerChange.Found)
        {
            traffic.Welcome(peer.Node);
            LogReachable(peer.Node);
        }
    }

    private bool IsMember(NodeId node) => topology.View.AddressOf(node) is { } silo
        && oracle.GetApproximateSiloStatus(silo) is SiloStatus.Joining or SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping;

    /// <summary>On the thread of the loop and on that of a ping's answer: one at a time, so that the flag is that of the later.</summary>
    private void Reckon(FrozenDictionary<NodeId, PeerState> known)
    {
        lock (_reckoning) _isClear = known.Values.All(static peer => peer.IsReachable);
    }

    private async Task Ping(PeerState peer)
    {
        if (peers.Find(peer.Node) is not { } service) return;
        var began = time.GetTimestamp();
        try
        {
            if (await service.Ping() != peer.Node.Store.Value) return;
            hearings.Note(peer.Node);
            if (!peer.IsReachable)
            {
                Judge(peer);
                Reckon(Volatile.Read(ref _peers));
            }
        }
        catch (Exception fault)
        {
            // A call that hangs says nothing yet: silence does. One that comes back at once was refused, by the machine or by the engine.
            if (fault is not TimeoutException && (hearings.LastOf(peer.Node) ?? 0) < began) peer.Refused();
            LogPingFailed(peer.Node, fault);
        }
    }

    [LoggerMessage(1541, LogLevel.Warning, "Node {Node} cannot be reached: {Reason}", EventName = "NodeUnreachable")]
    private partial void LogUnreachable(NodeId node, string reason);

    [LoggerMessage(1542, LogLevel.Information, "Node {Node} can be reached again", EventName = "NodeReachable")]
    private partial void LogReachable(NodeId node);

    [LoggerMessage(1543, LogLevel.Debug, "Node {Node} did not answer a ping", EventName = "PingFailed")]
    private partial void LogPingFailed(NodeId node, Exception fault);

    [LoggerMessage(1544, LogLevel.Error, "A fault in the watch over the other nodes; it goes on", EventName = "WatchFault")]
    private partial void LogFault(Exception fault);
}
