using Orleans.Runtime;

namespace Orleans.Dashboard;

/// <summary>What the page shows.</summary>
[GenerateSerializer, Immutable]
internal sealed class DashboardReport
{
    [Id(0)]
    public MembershipEntry[] Hosts { get; init; } = [];

    [Id(1)]
    public SiloProfile[] Silos { get; init; } = [];

    /// <summary>Why active silos are missing, one sentence for each.</summary>
    [Id(2)]
    public string[] Missing { get; init; } = [];
}

/// <summary>What one silo says of itself.</summary>
[GenerateSerializer, Immutable]
internal sealed class SiloProfile
{
    [Id(0)]
    public SiloAddress Silo { get; init; } = SiloAddress.Zero;

    [Id(1)]
    public SimpleGrainStatistic[] Activations { get; init; } = [];

    [Id(2)]
    public MethodProfile[] Methods { get; init; } = [];

    /// <summary>Of the process, in bytes.</summary>
    [Id(3)]
    public long Memory { get; init; }
}

/// <summary>The calls of one method of one grain class, since they have been measured.</summary>
[GenerateSerializer, Immutable]
internal sealed class MethodProfile
{
    [Id(0)]
    public string GrainType { get; init; } = "";

    [Id(1)]
    public string Method { get; init; } = "";

    [Id(2)]
    public long Calls { get; init; }

    [Id(3)]
    public long Failed { get; init; }

    [Id(4)]
    public double Milliseconds { get; init; }
}
