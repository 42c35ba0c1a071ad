using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Grains.Traffic;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Tests.Store.Clusters;

/// <summary>
/// The lines between the replicas of a cluster, each of which can be made to hang or to refuse. Unlike <see cref="Cuts"/> it tells the silos nothing: they have to find out by themselves.
/// Membership goes on meanwhile as if nothing were wrong, as it does while a cut is younger than the death timeout.
/// </summary>
internal sealed class Lines
{
    private readonly ConcurrentDictionary<(string From, string To), Line> _lines = new();

    public void AddTo(ISiloBuilder silo)
    {
        silo.Services.AddSingleton(this);
        silo.Services.AddSingleton<IPeers, LinePeers>();
    }

    /// <summary>Makes nothing arrive that the one silo says to the other, and nothing come back, not even a refusal.</summary>
    public void Hang(string from, string to) => _lines[(from, to)] = new Line(LineFault.Hangs);

    /// <summary>Between the silo and each of the others, both ways.</summary>
    public void HangAround(string silo, IEnumerable<string> others)
    {
        foreach (var other in others.Where(other => other != silo))
        {
            Hang(silo, other);
            Hang(other, silo);
        }
    }

    public void Refuse(string from, string to) => _lines[(from, to)] = new Line(LineFault.Refuses);

    /// <summary>Loses the pings alone: what else is said is answered.</summary>
    public void LosePings(string from, string to) => _lines[(from, to)] = new Line(LineFault.LosesPings);

    /// <summary>What was on its way is lost; what is said from now on arrives.</summary>
    public void Heal()
    {
        foreach (var pair in _lines.Keys)
        {
            if (_lines.TryRemove(pair, out var line)) line.End();
        }
    }

    private Task<T> Say<T>(string from, string to, Func<Task<T>> call, bool isPing = false) =>
        _lines.TryGetValue((from, to), out var line) && (isPing || line.Fault != LineFault.LosesPings) ? line.Fail<T>() : call();

    private enum LineFault
    {
        Hangs,
        Refuses,
        LosesPings,
    }

    private sealed class Line(LineFault fault)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public LineFault Fault => fault;

        public void End() => _ended.TrySetResult();

        public async Task<T> Fail<T>()
        {
            if (fault == LineFault.Refuses) throw new SiloUnavailableException("connection refused");
            await _ended.Task;
            throw new TimeoutException("nothing came back");
        }
    }

    private sealed class LinePeers(Lines lines, TopologyAgent topology, IServiceProvider services) : IPeers
    {
        private readonly Peers _peers = ActivatorUtilities.CreateInstance<Peers>(services);

        public IReplicaService? Find(NodeId node) => _peers.Find(node) is { } service ? new LineService(lines, topology.Self.Name, node.Name, service) : null;

        public void Learn(ClusterMap map) => _peers.Learn(map);

        public void Distrust(NodeId node) => _peers.Distrust(node);

        public void Hear(NodeId node) => _peers.Hear(node);
    }

    private sealed class LineService(Lines lines, string from, string to, IReplicaService service) : IReplicaService
    {
        public Task<DeliveryReply> Deliver(Guid store, byte[] frame) => lines.Say(from, to, () => service.Deliver(store, frame));

        public Task<DeliveryReply> Ask(Guid store, byte[] frame) => lines.Say(from, to, () => service.Ask(store, frame));

        public Task<ReplicaStatus> GetStatus() => lines.Say(from, to, service.GetStatus);

        public Task<PendingReport> GetPending() => lines.Say(from, to, service.GetPending);

        public Task<bool> Replay(string name) => lines.Say(from, to, () => service.Replay(name));

        public Task<PeekReply> Peek(PeekRequest request) => lines.Say(from, to, () => service.Peek(request));

        public Task<bool> Keep(KeptWrite write) => lines.Say(from, to, () => service.Keep(write));

        public Task Drop(WriteName[] writes) => lines.Say(from, to, async () =>
        {
            await service.Drop(writes);
            return true;
        });

        public Task<bool[]> Holds(WriteName[] writes) => lines.Say(from, to, () => service.Holds(writes));

        public Task<ConflictedKeys> ListConflicted(string? first, int limit) => lines.Say(from, to, () => service.ListConflicted(first, limit));

        public Task<Guid> Ping() => lines.Say(from, to, service.Ping, isPing: true);
    }
}
