using System.Diagnostics.Metrics;
using Orleans.Kv.Api.Cluster;
using Orleans.Kv.Api.Ftp;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Api.Watching;
using Orleans.Kv.Interfaces.Cluster;

namespace Orleans.Kv.Api.Observing;

/// <summary>What an API host knows at the moment, for whoever asks: how much waits in it, who watches, and how the cluster looks from here.</summary>
internal sealed class ApiMetrics
{
    public const string MeterName = "Orleans.Kv.Api";

    private readonly ClusterView _cluster;

    public ApiMetrics(IMeterFactory meters, Router router, ICluster silos, ClusterView cluster, FtpServer? ftp = null)
    {
        _cluster = cluster;
        var meter = meters.Create(MeterName);
        meter.CreateObservableUpDownCounter("kv.router.in_flight", () => router.InFlight, "{operation}", "Operations that wait for an answer.");
        meter.CreateObservableGauge("kv.router.connected", () => silos is { IsConnected: true, WithoutGatewayFor: null } ? 1 : 0, null, "1 while this API host has a gateway to some silo.");
        meter.CreateObservableUpDownCounter("kv.watch.watchers", () => Watching?.Watchers ?? 0, "{watcher}", "Who follows keys over this API host.");
        if (ftp is not null) meter.CreateObservableUpDownCounter("kv.ftp.sessions", () => ftp.Sessions, "{session}", "Who uses files over this API host.");
        meter.CreateObservableGauge("kv.cluster.epoch", () => _cluster.Merge()?.Epoch ?? 0, null, "The epoch of the furthest map that any silo names; 0 where none answers, or there is none.");
        meter.CreateObservableGauge("kv.cluster.nodes", Nodes, "{node}", "The cluster's nodes by their state, as the silos that answer see it together.");
        meter.CreateObservableGauge("kv.cluster.pending_pushes", Pending, "{key}", "Keys that a node has missed and that the others will bring it.");
    }

    /// <summary>Who tells of changes; made when somebody watches for the first time.</summary>
    public WatchHub? Watching { get; set; }

    private IEnumerable<Measurement<int>> Nodes()
    {
        var nodes = _cluster.Merge()?.Nodes ?? [];
        // All states, so that one that ends is a zero and not a gap.
        return Enum.GetValues<NodeState>().Select(state => new Measurement<int>(nodes.Count(node => node.State == state), new KeyValuePair<string, object?>("kv.state", ClusterEndpoints.Name(state))));
    }

    private IEnumerable<Measurement<long>> Pending() =>
        (_cluster.Merge()?.Nodes ?? []).Select(node => new Measurement<long>(node.Pending, new KeyValuePair<string, object?>("kv.node", node.Name), new KeyValuePair<string, object?>("kv.store", node.Store)));
}
