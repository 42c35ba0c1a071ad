using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Interfaces.Monitoring;

/// <summary>One silo's measurements of itself, at one moment.</summary>
[GenerateSerializer, Immutable, Alias("kv.SiloReport")]
public sealed class SiloReport
{
    /// <summary>The silo's stable name.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>Differs whenever the counters have begun anew.</summary>
    [Id(1)]
    public required Guid Incarnation { get; init; }

    /// <summary>Where the other silos reach it.</summary>
    [Id(2)]
    public required string Address { get; init; }

    /// <summary>For how many milliseconds it has been counting. A process that changes hosts counts anew.</summary>
    [Id(3)]
    public required long Uptime { get; init; }

    /// <summary>Of the program; null where it does not say.</summary>
    [Id(4)]
    public string? Version { get; init; }

    /// <summary>What the operating system has given to the process, in bytes.</summary>
    [Id(5)]
    public long WorkingSet { get; init; }

    /// <summary>What the collector takes to be in use, in bytes, garbage included.</summary>
    [Id(6)]
    public long Heap { get; init; }

    /// <summary>Processor time that the process has used, in microseconds.</summary>
    [Id(7)]
    public long Processor { get; init; }

    /// <summary>What the replica holds.</summary>
    [Id(8)]
    public required ReplicaStatus Replica { get; init; }

    /// <summary>What it owes to other nodes, one entry for each of them.</summary>
    [Id(9)]
    public required NodePending[] Owes { get; init; }

    /// <summary>One entry for each kind of operation that has occurred, named as its route.</summary>
    [Id(10)]
    public required CallCounts[] Operations { get; init; }

    /// <summary>One entry for each of the store's grain classes that is active or has been called, named by its full name.</summary>
    [Id(11)]
    public required CallCounts[] Grains { get; init; }

    /// <summary>For how many microseconds the collector has stopped the process.</summary>
    [Id(12)]
    public long CollectorPause { get; init; }
}
