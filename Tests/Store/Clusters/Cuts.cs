using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Grains.Traffic;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Tests.Store.Clusters;

/// <summary>Which silos cannot speak to each other, and silos that know it at once: what follows from a partition, without the time it takes to notice it.</summary>
internal sealed class Cuts
{
    private readonly ConcurrentDictionary<(string From, string To), bool> _cut = new();

    /// <summary>Every silo takes it that it has no quorum for any key, though it reaches the others: what follows from a side that has two of a key's five, say.</summary>
    public bool ForceShortage { get; set; }

    /// <summary>No silo of one group reaches one of another any more.</summary>
    public void Split(params string[][] groups)
    {
        foreach (var from in groups)
        {
            foreach (var to in groups)
            {
                if (ReferenceEquals(from, to)) continue;
                foreach (var pair in from.SelectMany(_ => to, (left, right) => (left, right))) _cut[pair] = true;
            }
        }
    }

    public void Heal() => _cut.Clear();

    public bool Separate(string from, string to) => _cut.ContainsKey((from, to));

    public void AddTo(ISiloBuilder silo)
    {
        silo.Services.AddSingleton(this);
        silo.Services.AddSingleton<IPeers, CutPeers>();
        silo.Services.AddSingleton<IOutlook, CutOutlook>();
    }

    private sealed class CutPeers(Cuts cuts, TopologyAgent topology, IServiceProvider services) : IPeers
    {
        private readonly Peers _peers = ActivatorUtilities.CreateInstance<Peers>(services);

        public IReplicaService? Find(NodeId node) => cuts.Separate(topology.Self.Name, node.Name) ? null : _peers.Find(node);

        public void Learn(ClusterMap map) => _peers.Learn(map);

        public void Hear(NodeId node) => _peers.Hear(node);

        public void Distrust(NodeId node) => _peers.Distrust(node);
    }

    private sealed class CutOutlook(Cuts cuts, TopologyAgent topology, ISiloStatusOracle oracle) : IOutlook
    {
        public bool IsClear => !cuts.ForceShortage && topology.View.Map is { } map && map.Newest.Nodes.All(CanReach);

        public bool IsInSync => IsClear;

        public bool CanReach(NodeId node) => !cuts.Separate(topology.Self.Name, node.Name)
            && (node == topology.Self || (topology.View.AddressOf(node) is { } silo && oracle.GetApproximateSiloStatus(silo) == SiloStatus.Active));

        public string? ShortageOf(Key key)
        {
            if (cuts.ForceShortage) return "a shortage by order";
            if (topology.View.Map is not { } map) return "no map";
            var placement = map[key];
            foreach (var quorum in placement.PrepareQuorums)
            {
                var members = placement.Nodes.Where((_, at) => (quorum.Members & (1UL << at)) != 0).ToList();
                var silent = members.Where(node => !CanReach(node)).ToList();
                if (members.Count - silent.Count < quorum.Needed) return $"{quorum.Needed} of {members.Count} are needed; unreachable: {string.Join(", ", silent.Select(static node => node.Name))}";
            }

            return null;
        }
    }
}
