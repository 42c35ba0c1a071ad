using Microsoft.Extensions.Logging;
using Orleans.Kv.Grains.Coordination;
using Orleans.Kv.Grains.Replication;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Hosting;
using Orleans.Kv.Interfaces.Monitoring;

namespace Orleans.Kv.Grains.Monitoring;

/// <summary>
/// What this silo says of itself to whoever watches the cluster: its process, its replica, what it owes to others, its operations and its grains. How many activations there are the engine's
/// management grain says; where it does not in time, the rest is told without.
/// </summary>
internal sealed partial class SiloReporter(
    TopologyAgent topology, OwnStatus own, PendingReporter pending, OperationMeters operations, GrainMeters grains, IGrainFactory factory, TimeProvider time, ILogger<SiloReporter> logger)
{
    /// <summary>The answer is made of counters of this silo; what takes longer would make all of the report late.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    // The engine's grains have no place in a list of the store's.
    private static readonly string Prefix = typeof(SiloReporter).Assembly.GetName().Name + ".";

    private readonly ILogger _logger = logger;
    private readonly Guid _incarnation = Guid.NewGuid();
    private readonly long _begun = time.GetTimestamp();

    public async Task<SiloReport> Compose()
    {
        var activations = await CountActivations();
        var called = grains.All.ToDictionary(static pair => pair.Name, static pair => pair.Meter);
        return new SiloReport
        {
            Name = topology.Self.Name,
            Incarnation = _incarnation,
            Address = topology.Silo.Endpoint.ToString(),
            Uptime = (long)time.GetElapsedTime(_begun).TotalMilliseconds,
            Version = BuildVersion.Current,
            WorkingSet = Environment.WorkingSet,
            Heap = GC.GetTotalMemory(forceFullCollection: false),
            Processor = (long)Environment.CpuUsage.TotalTime.TotalMicroseconds,
            CollectorPause = (long)GC.GetTotalPauseDuration().TotalMicroseconds,
            Replica = own.Compose(),
            Owes = pending.Compose().Nodes,
            Operations = [.. operations.Report()],
            Grains =
            [
                .. called.Select(pair => pair.Value.Report(pair.Key, activations.GetValueOrDefault(pair.Key))),
                .. activations.Where(pair => !called.ContainsKey(pair.Key)).Select(static pair => new CallCounts { Name = pair.Key, Activations = pair.Value }),
            ],
        };
    }

    private async Task<Dictionary<string, int>> CountActivations()
    {
        var counts = new Dictionary<string, int>();
        try
        {
            var statistics = await factory.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics([topology.Silo]).WaitAsync(Patience, time);
            foreach (var statistic in statistics)
            {
                // One engine says which assembly a class is of, the other does not.
                var name = statistic.GrainType.Split(',')[0];
                if (name.StartsWith(Prefix, StringComparison.Ordinal)) counts[name] = counts.GetValueOrDefault(name) + statistic.ActivationCount;
            }
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException)
        {
            LogUncounted(fault.Message);
        }

        return counts;
    }

    [LoggerMessage(1801, LogLevel.Debug, "Activations were not counted: {Fault}", EventName = "ActivationsUnknown")]
    private partial void LogUncounted(string fault);
}
